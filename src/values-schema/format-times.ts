/** As Go's `time.Parse('2006-01-02')` reads it. */
export function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)?.map(Number) ?? []
  if (year === undefined || month === undefined || day === undefined) return false
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
  return day >= 1 && day <= days
}

/** Go reads each two digits as a number, which may have a sign. */
const time =
  /^(\d\d|\+\d|-0):(\d\d|\+\d|-0):(\d\d|\+\d|-0)(?:\.\d+)?(?:[Zz]|([+-])(\d\d|\+\d|-0):(\d\d|\+\d|-0))$/

const minutesOfDay = 24 * 60

export function isTime(text: string): boolean {
  const match = time.exec(text)
  if (match === null) return false
  const [, hour, minute, second, sign, offsetHour = '0', offsetMinute = '0'] = match
  const isInRange =
    Number(hour) <= 23 &&
    Number(minute) <= 59 &&
    Number(second) <= 60 &&
    Number(offsetHour) <= 23 &&
    Number(offsetMinute) <= 59
  if (!isInRange || Number(second) < 60) return isInRange
  // A leap second is the last one of a day in UTC.
  const offset = Number(offsetHour) * 60 + Number(offsetMinute)
  const minutes = Number(hour) * 60 + Number(minute) + (sign === '-' ? offset : -offset)
  return (minutes < 0 ? minutes + minutesOfDay : minutes) === minutesOfDay - 1
}

export function isDateTime(text: string): boolean {
  return isDate(text.slice(0, 10)) && /^[Tt]$/.test(text.charAt(10)) && isTime(text.slice(11))
}

const duration =
  /^P(?:\d+W|(?!$)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?!$)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)$/

export function isDuration(text: string): boolean {
  return duration.test(text)
}

/** Two ends, or one and a duration. */
export function isPeriod(text: string): boolean {
  const slash = text.indexOf('/')
  if (slash < 0) return false
  const [start, end] = [text.slice(0, slash), text.slice(slash + 1)]
  if (start.startsWith('P')) return isDuration(start) && isDateTime(end)
  return isDateTime(start) && (end.startsWith('P') ? isDuration(end) : isDateTime(end))
}

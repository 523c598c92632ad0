import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import type { Manifest } from './kubernetes.ts'

/** Where `script/setup crds` puts the CustomResourceDefinitions. */
const folder = join(import.meta.dirname, '..', '.cache', 'crds')

type Schema = {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly required?: readonly string[]
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-embedded-resource'?: boolean
} & Readonly<Record<string, unknown>>

type Definition = {
  readonly spec: {
    readonly group: string
    readonly names: { readonly kind: string }
    readonly versions: readonly {
      readonly name: string
      readonly served: boolean
      readonly schema: { readonly openAPIV3Schema: Schema }
    }[]
  }
}

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })

/**
 * What an API server that validates strictly would reject in a manifest of a custom resource.
 * Rules in CEL (`x-kubernetes-validations`) are not evaluated.
 */
export function findViolations(manifest: Manifest): string[] {
  const schema = specialize(schemaOf(manifest), [manifest], true)
  ajv.validate(schema, manifest)
  return (ajv.errors ?? []).map(({ instancePath, message, params }) => {
    const { additionalProperty } = params as { additionalProperty?: string }
    return additionalProperty === undefined
      ? `${instancePath}: ${message ?? ''}`
      : `${instancePath}/${additionalProperty}: unknown field`
  })
}

const definitions = new Map<string, Schema>()

function schemaOf({ apiVersion, kind }: Manifest): Schema {
  const known = definitions.get(`${apiVersion} ${kind}`)
  if (known !== undefined) return known
  const [group = '', version] = apiVersion.split('/')
  const definition = readDefinition(group, kind)
  const found = definition?.spec.versions.find(({ name, served }) => served && name === version)
  if (found === undefined) throw new Error(`there is no CRD of ${apiVersion} ${kind}`)
  const { openAPIV3Schema } = found.schema
  definitions.set(`${apiVersion} ${kind}`, openAPIV3Schema)
  return openAPIV3Schema
}

/** Parses no other definition than the one that is asked for: some have a megabyte of text. */
function readDefinition(group: string, kind: string): Definition | undefined {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .filter(
      (text) => text.includes(`\n  group: ${group}\n`) && text.includes(`    kind: ${kind}\n`),
    )
    .map((text) => parse(text) as Definition)
    .find(({ spec }) => spec.group === group && spec.names.kind === kind)
}

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What every resource has; its schema says no more about these. */
const resourceFields = { apiVersion: {}, kind: {}, metadata: {} }

/**
 * The schema in JSON Schema, without the fields that none of the values has: the complete one of an
 * ApplicationSet takes seconds to compile. Fields that the schema does not declare are rejected.
 */
function specialize(schema: Schema, values: readonly unknown[], isResource = false): Schema {
  const { properties = {}, additionalProperties, items, required = [], ...rest } = schema
  const objects = values.filter(isObject)
  const valuesOf = (name: string): unknown[] =>
    objects.flatMap((object) => (Object.hasOwn(object, name) ? [object[name]] : []))
  const used = Object.entries(properties).flatMap(([name, property]) => {
    const found = valuesOf(name)
    return found.length === 0 ? [] : [[name, specialize(property, found)] as const]
  })
  const others = objects.flatMap((object) =>
    Object.entries(object).flatMap(([name, value]) => (name in properties ? [] : [value])),
  )
  return {
    ...rest,
    ...(schema['x-kubernetes-int-or-string'] === true ? intOrString : {}),
    properties: {
      ...Object.fromEntries(used),
      ...(isResource || schema['x-kubernetes-embedded-resource'] === true ? resourceFields : {}),
    },
    additionalProperties: isObject(additionalProperties)
      ? specialize(additionalProperties, others)
      : (additionalProperties ?? schema['x-kubernetes-preserve-unknown-fields'] ?? false),
    // Defaults are set before a resource is validated.
    required: required.filter((name) => properties[name]?.default === undefined),
    ...(items === undefined
      ? {}
      : { items: specialize(items, values.filter(Array.isArray).flat()) }),
  }
}

const intOrString = { anyOf: [{ type: 'integer' }, { type: 'string' }] }

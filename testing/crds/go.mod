// Releases with the CustomResourceDefinitions that script/setup downloads; go.sum has their hashes.
// Nothing here is built: `go mod tidy` would remove all of it.
module mlflow-sync/testing/crds

go 1.25.0

require (
	github.com/argoproj/argo-cd/v3 v3.2.0
	github.com/fluxcd/helm-controller v1.4.0
	github.com/fluxcd/kustomize-controller v1.7.3
	github.com/fluxcd/source-controller v1.7.3
	github.com/kserve/kserve v0.15.2
)

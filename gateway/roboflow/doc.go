// Package roboflow serves the HTTP contract of Roboflow's clients:
//
//	POST /{ws}/workflows/{wf}              a saved workflow
//	POST /infer/workflows/{ws}/{wf}        the same, older
//	POST /workflows/run                    an inline definition
//	POST /infer/workflows                  the same, older
//	POST /s/{token}/{ws}/workflows/{wf}    through a link, for any {ws} and {wf}
//
// and besides the runs of workflows, what file routes.go lists: the models, the builder and
// the management of workflows. Each of these calls the public endpoint of a service with the
// rights of the caller's key.
//
// It ignores unknown fields of the body, because these clients send some. It refuses a
// request with two different keys, and a definition sent through a link.
package roboflow

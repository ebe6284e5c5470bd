package web

import (
	"encoding/json"
	"net/http"

	"laurel/domain/access"
)

// describe serves the document of the API, once every operation is registered.
func (a *api) describe(mux *http.ServeMux) {
	schemas := a.huma.OpenAPI().Components.Schemas.Map()
	for _, unused := range []string{"HumaErrorModel", "HumaErrorDetail", "ErrorModel", "ErrorDetail"} {
		delete(schemas, unused) // errors are problems
	}
	asJSON, err := json.Marshal(a.huma.OpenAPI())
	if err == nil {
		var asYAML []byte
		if asYAML, err = a.huma.OpenAPI().YAML(); err == nil {
			a.document("GET /v1/openapi.json", "application/openapi+json", asJSON, mux)
			a.document("GET /v1/openapi.yaml", "application/openapi+yaml", asYAML, mux)
		}
	}
	if err != nil {
		panic("the document of the API cannot be written: " + err.Error()) // only a mistake in this package
	}
}

func (a *api) document(pattern, kind string, text []byte, mux *http.ServeMux) {
	a.actions[pattern] = access.PublicRead
	mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(text)
	})
}

package web

import (
	"context"
	"net/http"

	"laurel/domain/access"
)

// identityKey is the key of who asks in the context of a request.
type identityKey struct{}

// identityOf is who asks; nil is nobody.
func identityOf(ctx context.Context) *access.Identity {
	who, _ := ctx.Value(identityKey{}).(*access.Identity)
	return who
}

// identified finds out who asks.
func (s *Server) identified(next http.Handler) http.Handler { return next }

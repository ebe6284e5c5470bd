package access_test

import (
	"testing"

	"laurel/domain/access"
	"laurel/domain/access/accesstest"
)

func TestMemory(t *testing.T) {
	accesstest.Run(t, func(testing.TB) access.Storage { return access.NewMemory() })
}

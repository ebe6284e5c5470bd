package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed static
var staticFiles embed.FS

// asset is a file that browsers load, with what is needed to send it.
type asset struct {
	body, zipped []byte // zipped is nil where it would not be smaller
	kind         string // its media type
}

// assets are all of them by path, and a version: the beginning of a hash over all, so that an address never changes what
// it means and may be kept for ever.
type assets struct {
	version string
	files   map[string]asset
}

func loadAssets() (*assets, error) {
	a := &assets{files: map[string]asset{}}
	sum := sha256.New()
	err := fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := staticFiles.ReadFile(name)
		if err != nil {
			return err
		}
		sum.Write([]byte(name))
		sum.Write(body)
		a.files[strings.TrimPrefix(name, "static/")] = newAsset(name, body)
		return nil
	})
	a.version = hex.EncodeToString(sum.Sum(nil))[:12]
	return a, err
}

func newAsset(name string, body []byte) asset {
	kind := mime.TypeByExtension(path.Ext(name))
	switch path.Ext(name) { // what the system's own tables may lack
	case ".woff2":
		kind = "font/woff2"
	case ".js":
		kind = "text/javascript; charset=utf-8"
	case ".LICENSE":
		kind = "text/plain; charset=utf-8"
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(body)
	if err2 := z.Close(); err != nil || err2 != nil || b.Len() >= len(body) {
		return asset{body: body, kind: kind}
	}
	return asset{body: body, zipped: b.Bytes(), kind: kind}
}

// static sends an embedded file. An address of another version is a page that was loaded before an update.
func (s *Server) static(w http.ResponseWriter, r *http.Request) {
	file, ok := s.assets.files[r.PathValue("file")]
	if !ok || r.PathValue("version") != s.assets.version {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := file.body
	if file.zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = file.zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // whoever has gone away has no use for the error
}

package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"laurel/adapters/bbolt"
	"laurel/adapters/oidc"
	"laurel/adapters/web"
	"laurel/domain/access"
)

// accessOptions are the flags of a server that say how it is reached, and by whom.
type accessOptions struct {
	tlsCert, tlsKey  string
	behindProxy      bool
	publicURL        string
	accounts         string
	newAdministrator bool

	oidcIssuer, oidcClient, oidcSecretFile, oidcName string
}

// secretVariable holds the secret of the OpenID Connect client, where --oidc-secret-file is not given.
const secretVariable = "LAUREL_OIDC_SECRET"

const secretBytesMax = 4096

func (o *accessOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	textFlag(cmd, &o.tlsCert, "tls-cert", "the certificate to serve TLS with, a PEM `FILE` with its chain")
	textFlag(cmd, &o.tlsKey, "tls-key", "its key, a PEM `FILE`")
	f.BoolVar(&o.behindProxy, "behind-proxy", false,
		"a proxy serves TLS, passes on the Host of requests, and adds to X-Forwarded-For")
	textFlag(cmd, &o.publicURL, "public-url", "the `URL` at which people reach the server, if not at --listen")
	textFlag(cmd, &o.accounts, "accounts", "keep accounts in `DIR`, if not beside the log")
	f.BoolVar(&o.newAdministrator, "new-administrator", false,
		"print a link that makes an administrator, though there is one")
	textFlag(cmd, &o.oidcIssuer, "oidc-issuer", "let people sign in with the OpenID Connect provider at `URL`")
	textFlag(cmd, &o.oidcClient, "oidc-client", "the `ID` that Laurel has there")
	textFlag(cmd, &o.oidcSecretFile, "oidc-secret-file", "the `FILE` with its secret; or set "+secretVariable)
	textFlag(cmd, &o.oidcName, "oidc-name", "what people call the provider: a `NAME`")
}

// openAccounts opens the accounts: beside the log, or in memory beside a log in memory. Those of a demonstration are
// gone with it: anybody may enter them.
func (a *app) openAccounts(o *serveOptions) (access.Storage, error) {
	if o.demo {
		return access.NewMemory(), nil
	}
	u, err := parseStoreURL(a.cfg.store)
	if err != nil {
		return nil, err
	}
	dir := o.access.accounts
	if dir == "" {
		dir = u.dir
	}
	if dir == "" {
		return access.NewMemory(), nil
	}
	return bbolt.OpenAccounts(dir, bbolt.Options{})
}

// complete sets what of a server's options has to do with access, after everything that could be wrong with it was
// found.
func (o *accessOptions) complete(of *serveOptions, to *web.Options, env map[string]string) error {
	listen := of.listen
	if (o.tlsCert == "") != (o.tlsKey == "") {
		return usage("--tls-cert and --tls-key go together", "give both, or neither")
	}
	administered, err := to.Accounts.Administered()
	if err != nil {
		return err
	}
	err = web.Listening{Address: listen, TLS: o.tlsCert != "", BehindProxy: o.behindProxy, Administered: administered,
		Demo: of.demo}.Check()
	if err != nil {
		return usage("--listen "+err.Error(), "")
	}
	to.Secure, to.BehindProxy = o.tlsCert != "" || o.behindProxy, o.behindProxy
	if to.PublicURL, err = o.public(listen); err != nil {
		return err
	}
	if o.oidcIssuer != "" && o.publicURL == "" && strings.HasSuffix(listen, ":0") {
		return usage("--listen "+listen+" leaves the port open, and the provider has to know where to send people back to",
			"choose a port, or give --public-url")
	}
	return o.provide(to, env)
}

// public is where people reach the server: a URL without a path.
func (o *accessOptions) public(listen string) (string, error) {
	if o.publicURL == "" {
		scheme := "http"
		if o.tlsCert != "" {
			scheme = "https"
		}
		return scheme + "://" + listen, nil
	}
	u, err := url.Parse(o.publicURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" ||
		u.RawQuery != "" || u.User != nil {
		return "", usage(fmt.Sprintf("--public-url %q is not the address of a server", o.publicURL),
			"such as https://laurel.example.org")
	}
	return u.Scheme + "://" + u.Host, nil
}

// provide sets the provider to sign in with, if there is to be one.
func (o *accessOptions) provide(to *web.Options, env map[string]string) error {
	if o.oidcIssuer == "" {
		if o.oidcClient != "" || o.oidcSecretFile != "" || o.oidcName != "" {
			return usage("--oidc-issuer is missing", "give the address of the provider with the other --oidc flags")
		}
		return nil
	}
	secret := env[secretVariable]
	if o.oidcSecretFile != "" {
		text, err := os.ReadFile(o.oidcSecretFile)
		if err != nil {
			return err
		}
		if secret = strings.TrimSpace(string(text)); secret == "" || len(secret) > secretBytesMax {
			return badInput("--oidc-secret-file", o.oidcSecretFile, "it holds no secret", "put nothing but the secret into it")
		}
	}
	provider, err := oidc.New(oidc.Options{Issuer: o.oidcIssuer, ClientID: o.oidcClient, ClientSecret: secret,
		RedirectURL: to.PublicURL + web.ProviderBack})
	if err != nil {
		return usage("--oidc: "+err.Error(), "")
	}
	to.Provider, to.ProviderName = provider, o.oidcName
	if to.ProviderName == "" {
		u, err := url.Parse(o.oidcIssuer)
		if err != nil {
			return err
		}
		to.ProviderName = u.Hostname()
	}
	return nil
}

// listen opens the address, with TLS where there is a certificate.
func (o *accessOptions) listen(ctx context.Context, address string) (net.Listener, error) {
	var certificate tls.Certificate
	if o.tlsCert != "" {
		var err error
		if certificate, err = tls.LoadX509KeyPair(o.tlsCert, o.tlsKey); err != nil {
			return nil, badInput("--tls-cert", o.tlsCert, err.Error(), "give a certificate and its key in PEM files")
		}
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, failed("listen", address, err.Error(), "choose another --listen, such as 127.0.0.1:9000")
	}
	if o.tlsCert != "" {
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12,
			NextProtos: []string{"h2", "http/1.1"}})
	}
	return l, nil
}

// firstLink prints the link by which somebody takes charge of a server that has no administrator.
func (a *app) firstLink(o *accessOptions, server *web.Server, accounts *access.Registry, base string) error {
	administered, err := accounts.Administered()
	if err != nil || administered && !o.newAdministrator {
		return err
	}
	path, err := server.FirstLink()
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "Whoever opens this link first, within a day, becomes administrator:\n  %s%s\n", base, path)
	return nil
}

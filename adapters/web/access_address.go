package web

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Listening says how a server is reached.
type Listening struct {
	Address      string // such as 127.0.0.1:8080
	TLS          bool   // it has a certificate of its own
	BehindProxy  bool   // a proxy that is trusted terminates TLS and adds to X-Forwarded-For
	Administered bool   // there is an administrator who can sign in
	Demo         bool   // anybody who comes may enter
}

// Check refuses what would let others read along, or take over a server that nobody has taken charge of: an address
// that other machines reach needs TLS, of its own or of a proxy, and an administrator.
func (l Listening) Check() error {
	host, _, err := net.SplitHostPort(l.Address)
	if err != nil {
		return fmt.Errorf("%q is no address to listen on: give one such as 127.0.0.1:8080", l.Address)
	}
	if l.TLS && l.BehindProxy {
		return errors.New("a server either has a certificate of its own or is behind a proxy that has one; choose")
	}
	if l.Demo && (l.BehindProxy || !loopback(host)) {
		return errors.New("a demonstration lets anybody in, and is for this machine alone: " +
			"listen on 127.0.0.1, without a proxy")
	}
	if loopback(host) {
		return nil
	}
	if !l.TLS && !l.BehindProxy {
		return fmt.Errorf("%s can be reached by other machines, and what is sent there could be read on the way: "+
			"give --tls-cert and --tls-key, or --behind-proxy if a proxy does that; or listen on 127.0.0.1", l.Address)
	}
	if !l.Administered {
		return fmt.Errorf("%s can be reached by other machines, and there is no administrator yet: "+
			"start once on 127.0.0.1 and open the link that is printed there", l.Address)
	}
	return nil
}

// loopback tells whether a host is this machine. A name other than localhost may be anything; so may no name at all.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// addressOf is who sends a request, as far as limits are concerned: an IPv4 address, or the network of 64 bits that a
// household with IPv6 has. Behind a proxy, it is what the proxy says, which is the last entry: what comes before, the
// sender may have invented.
func (s *Server) addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if s.behindProxy {
		all := r.Header.Values("X-Forwarded-For")
		if len(all) > 0 {
			entries := strings.Split(all[len(all)-1], ",")
			host = strings.TrimSpace(entries[len(entries)-1])
		}
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return "unknown"
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	network, err := ip.Prefix(64)
	if err != nil {
		return "unknown"
	}
	return network.String()
}

package web

import (
	"net"
	"slices"

	"github.com/labstack/echo/v4"
)

// ipExtractor finds from where a request came: the neighbour, or whom a
// neighbour that is a proxy of ours says.
func ipExtractor(proxies []*net.IPNet) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		options = append(options, echo.TrustIPRange(p))
	}
	return echo.ExtractIPFromXFFHeader(options...)
}

// noticeProxies says once, and from then on the health page does, that a
// neighbour forwards others' requests without being named in
// PORTAL_TRUSTED_PROXIES: all of them then count as one, and one stranger's
// wrong guesses shut everybody out.
func (s *server) noticeProxies(next echo.HandlerFunc) echo.HandlerFunc {
	forwards := []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip"}
	return func(ctx echo.Context) error {
		r := ctx.Request()
		if !s.unlisted.Load() && slices.ContainsFunc(forwards, func(name string) bool { return r.Header.Get(name) != "" }) &&
			!s.listed(r.RemoteAddr) && s.unlisted.CompareAndSwap(false, true) {
			s.Log.WarnContext(r.Context(), unlistedWarning, "neighbour", neighbourhood(r.RemoteAddr))
		}
		return next(ctx)
	}
}

const unlistedWarning = "a proxy that is not named in PORTAL_TRUSTED_PROXIES forwards requests: " +
	"everybody behind it counts as one, and one stranger's wrong guesses shut them all out. " +
	"Name its address there, or have it drop X-Forwarded-For, Forwarded and X-Real-IP if it is no proxy of yours"

func (s *server) listed(neighbour string) bool {
	ip := addressOf(neighbour)
	return slices.ContainsFunc(s.TrustedProxies, func(p *net.IPNet) bool { return p.Contains(ip) })
}

// neighbourhood is an address of the operator's own network; a public one may
// be a person's, and does not go to the log.
func neighbourhood(neighbour string) string {
	if ip := addressOf(neighbour); ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return ip.String()
	}
	return "a public address"
}

func addressOf(neighbour string) net.IP {
	host, _, _ := net.SplitHostPort(neighbour) // net/http's own; without a port there is no address
	return net.ParseIP(host)
}

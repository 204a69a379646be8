# syntax=docker/dockerfile:1

# The templates' Go and the stylesheet are committed, so Go alone builds the portal.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags='-s -w' -o /out/portal ./cmd/portal
RUN mkdir -p /out/data

# No shell, no package manager, no PostgreSQL: certificates, time zones and one program,
# run by a user without rights. The database is somewhere else (DATABASE_URL).
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/portal /usr/local/bin/portal
COPY --from=build --chown=nonroot:nonroot /out/data /var/lib/portal
# Archives and receipts wait here for whoever asked for them.
VOLUME /var/lib/portal
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s CMD ["portal", "health"]
ENTRYPOINT ["portal"]
CMD ["serve"]

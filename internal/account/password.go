package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"plusultra.link/privacy/internal/fault"
)

// The cost of a hash: OWASP's second choice for argon2id, 19 MiB and two
// passes in one lane, some 20 ms of one core.
const (
	argonMemory = 19 * 1024 // KiB
	argonPasses = 2
	argonLanes  = 1
	saltSize    = 16
	hashSize    = 32
)

const (
	minPassword = 10  // characters
	maxPassword = 200 // bytes in normal form; longer ones are refused when they are set
	maxWaiting  = 64
	maxWait     = 5 * time.Second
	maxHeld     = 1024
	holdRefused = time.Second
)

// Hasher hashes passwords, at most as many at once as there are cores: more
// would only fill the memory and make everybody wait.
type Hasher struct {
	permits chan struct{}
	waiting chan struct{}
	held    chan struct{} // who was refused, and is answered a little later
	decoy   string
}

// NewHasher makes a hasher for so many cores. One per process is right.
func NewHasher(cores int) (*Hasher, error) {
	h := &Hasher{permits: make(chan struct{}, cores), waiting: make(chan struct{}, maxWaiting), held: make(chan struct{}, maxHeld)}
	var err error
	h.decoy, err = h.Hash(context.Background(), rand.Text())
	return h, err
}

// normal is a password as it is weighed and hashed: the same one typed on
// another keyboard is the same (NFKC, as NIST SP 800-63B, 3.1.1.2 asks).
func normal(password string) string { return norm.NFKC.String(password) }

// Hash gives the PHC string of a password, all of it.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if password = normal(password); len(password) > maxPassword {
		return "", fault.Invalidate(fault.Field("password", "account.passwordLong"))
	}
	salt := make([]byte, saltSize)
	rand.Read(salt)
	sum, err := h.argon(ctx, password, salt, argonMemory, argonPasses, argonLanes)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(sum)), nil
}

// Match tells whether a password is the one of a PHC string. An empty string
// (no such account, or one without a password) takes the same work and
// matches nothing, and so does a password longer than any that can be set.
func (h *Hasher) Match(ctx context.Context, phc, password string) (bool, error) {
	password = normal(password)
	known := phc != "" && len(password) <= maxPassword
	if !known {
		phc, password = h.decoy, password[:min(len(password), maxPassword)]
	}
	var version int
	var memory, passes uint32
	var lanes uint8
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, fmt.Errorf("account: a stored password hash is not argon2id")
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &lanes); err != nil {
		return false, fmt.Errorf("account: a stored password hash has no parameters: %w", err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("account: a stored salt is damaged: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, fmt.Errorf("account: a stored hash is damaged: %w", err)
	}
	got, err := h.argon(ctx, password, salt, memory, passes, lanes)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

// argon waits for a permit and holds it until the hash ends, whatever the
// caller does meanwhile. Too many waiting, or too long: Unavailable.
func (h *Hasher) argon(ctx context.Context, password string, salt []byte, memory, passes uint32, lanes uint8) ([]byte, error) {
	select {
	case h.waiting <- struct{}{}:
		defer func() { <-h.waiting }()
	default:
		return nil, h.refuse(ctx)
	}
	patience := time.NewTimer(maxWait)
	defer patience.Stop()
	select {
	case h.permits <- struct{}{}:
		defer func() { <-h.permits }()
	case <-patience.C:
		return nil, fault.New(fault.Unavailable, "account.busy")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, hashSize), nil
}

// refuse answers whoever finds the queue full, but not at once: programs that
// ask again as soon as they are told would take the cores from everybody else.
func (h *Hasher) refuse(ctx context.Context) error {
	select {
	case h.held <- struct{}{}:
		defer func() { <-h.held }()
		timer := time.NewTimer(holdRefused)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	default: // as many are held as may be
	}
	return fault.New(fault.Unavailable, "account.busy")
}

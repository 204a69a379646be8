package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ccojocar/zxcvbn-go"
	"github.com/ccojocar/zxcvbn-go/match"
	"github.com/ccojocar/zxcvbn-go/matching"
	"golang.org/x/crypto/argon2"

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
	minPassword = 10
	maxPassword = 200 // bytes; beyond it only a machine's mischief
	maxWaiting  = 64
	maxWait     = 5 * time.Second
)

// Hasher hashes passwords, at most as many at once as there are cores: more
// would only fill the memory and make everybody wait.
type Hasher struct {
	permits chan struct{}
	waiting chan struct{}
	decoy   string
}

// NewHasher makes a hasher. One per process is right.
func NewHasher() (*Hasher, error) {
	h := &Hasher{permits: make(chan struct{}, runtime.GOMAXPROCS(0)), waiting: make(chan struct{}, maxWaiting)}
	var err error
	h.decoy, err = h.Hash(context.Background(), rand.Text())
	return h, err
}

// Hash gives the PHC string of a password.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
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
// matches nothing.
func (h *Hasher) Match(ctx context.Context, phc, password string) (bool, error) {
	known := phc != ""
	if !known {
		phc = h.decoy
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
	if len(password) > maxPassword {
		password = password[:maxPassword]
	}
	select {
	case h.waiting <- struct{}{}:
		defer func() { <-h.waiting }()
	default:
		return nil, fault.New(fault.Unavailable, "account.busy")
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

// weakness says what is wrong with a new password, if anything: too short,
// too long, or guessed within some ten thousand million tries (zxcvbn's third
// step of four) by one who knows the person's name and address.
func weakness(field, password string, about ...string) []fault.Problem {
	switch {
	case utf8.RuneCountInString(password) < minPassword:
		return []fault.Problem{fault.Field(field, "account.passwordShort", "Min", minPassword)}
	case len(password) > maxPassword:
		return []fault.Problem{fault.Field(field, "account.passwordLong")}
	}
	head, without := scored(password)
	if zxcvbn.PasswordStrength(head, about, without...).Score < 3 {
		return []fault.Problem{fault.Field(field, "account.passwordWeak")}
	}
	return nil
}

const (
	maxScored   = 32  // characters
	maxVariants = 128 // readings of digits and signs as letters
)

// scored is what zxcvbn may be asked about a password, for its work grows with
// the square of the length and with the number of readings: the head, since
// whoever guesses the whole has guessed that too; and signs read as letters
// only while few readings are possible, as they are of any word.
func scored(password string) (head string, without []func(match.Matcher) bool) {
	if runes := []rune(password); len(runes) > maxScored {
		password = string(runes[:maxScored])
	}
	if variants(password) > maxVariants {
		without = append(without, matching.FilterL33tMatcher)
	}
	return password, without
}

// variants is at least how many readings zxcvbn tries: one sign for each letter
// that several stand for, and one letter for each sign that stands for two.
func variants(password string) int {
	n := 1
	for _, signs := range []string{"4@", "([{<", "69", "1!|", "1|7", "$5", "+7"} {
		there := 0
		for _, sign := range signs {
			if strings.ContainsRune(password, sign) {
				there++
			}
		}
		n *= max(there, 1)
	}
	for _, sign := range "1|7" {
		if strings.ContainsRune(password, sign) {
			n *= 2
		}
	}
	return n
}

// Weakness says what is wrong with a new password for the form's field, for
// those who are no people of ours: the staff. about is what is easily guessed.
func Weakness(field, password string, about ...string) []fault.Problem {
	return weakness(field, password, about...)
}

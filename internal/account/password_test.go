package account

import (
	"context"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/fault"
)

func TestJudgingAPasswordIsBoundedWork(t *testing.T) {
	t.Parallel()
	for _, password := range []string{
		strings.Repeat("1!il|7", 33),
		strings.Repeat("4@8({[<3691!|70$5+%2", 10),
		"4@8({[<3691!|70$5+%2",
		strings.Repeat("😀", 50),
		strings.Repeat("a", 200),
		strings.Repeat("パスワ", 22),
	} {
		started := time.Now()
		weakness("password", password, "hana@example.com", "見本 花", "Example")
		if took := time.Since(started); took > 5*time.Second {
			t.Errorf("%q: took %s", password, took)
		}
	}
}

func TestTheWholePasswordIsWeighed(t *testing.T) {
	t.Parallel()
	for password, weak := range map[string]bool{
		strings.Repeat("a", 200):                             true,
		strings.Repeat("password", 20):                       true,
		"p4$$w0rd123":                                        true,
		"P@$$w0rd!!":                                         true,
		"quiet harbour lantern 7":                            false,
		"correcthorsebatterystaple":                          true,
		"Correct-Horse-Battery-Staple":                       true,
		"correct horse battery staple1!":                     true,
		"tobeornottobethatisthequestion":                     true,
		"iloveyouhappilyeverafter":                           true,
		"correct horse battery staple, four times":           false,
		"4@8({[<3691!|70$5+%2":                               false,
		strings.Repeat("a", 40) + " quiet harbour lantern 7": false,
		strings.Repeat("あ", 10):                              true,
		"パスワードパスワード":                                         true,
		"ぱすわーどぱすわーど":                                         true,
		"ﾊﾟｽﾜｰﾄﾞﾊﾟｽﾜｰﾄﾞ":                                     true,
		"さくらさくらさくらさくら":                                       true,
		"あいうえおかきくけこ":                                         true,
		"ありがとうございます":                                         true,
		"абвгдежзиклмн"[:20]:                                 true,
		"пароль1234":                                         true,
		"Пароль12345678":                                     true,
		"приветпароль":                                       true,
		"비밀번호1234":                                           true,
		"사랑해사랑해1234":                                         true,
		"密码密码1234":                                           true,
		"我爱你北京1234":                                          true,
		"조용한 항구의 등불 일곱 개":                                    false,
		"安静的港口有七盏灯光亮着":                                       false,
		"静かな港の灯りが七つ見える":                                      false,
		"тихая гавань семь фонарей":                          false,
	} {
		if got := weakness("password", password); (len(got) > 0) != weak {
			t.Errorf("%q: %v, %.1f bits", password, got, strength(normal(password), nil))
		}
	}
}

func TestAPasswordThatSaysWhoItsOwnerIsIsWeak(t *testing.T) {
	t.Parallel()
	about := []string{"katarzyna.wisniewska482913@example.com", "Katarzyna Wiśniewska", "Paper Lantern"}
	for _, password := range []string{
		"katarzyna.wisniewska482913@example.com", "katarzyna.wisniewska", "katarzynawisniewska", "Wiśniewska Katarzyna", "wisniewska1990",
		"K4t4rzyn4Wisniewska", "katarzyna@example.com", "paperlantern1", "KATARZYNA.WISNIEWSKA!", "ｋａｔａｒｚｙｎａｗｉｓｎｉｅｗｓｋａ",
	} {
		if len(weakness("password", password, about...)) == 0 {
			t.Errorf("%q is taken: %.1f bits", password, strength(normal(password), about))
		}
	}
	for _, password := range []string{"田中博田中博田中博", "田中 博 田中 博", "たなか田中たなか田中"} {
		if len(weakness("password", password, "hiroshi@example.com", "田中 博")) == 0 {
			t.Errorf("%q is taken", password)
		}
	}
}

func TestTwoLongPasswordsThatBeginAlikeAreTwo(t *testing.T) {
	t.Parallel()
	h, err := NewHasher(2)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("quiet harbour ", 14) // 196 bytes
	phc, err := h.Hash(context.Background(), long+"1234")
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]bool{long + "1234": true, long + "1235": false, long + "12345": false, long + "1234 and more": false, long + "１２３４": true} {
		if got, err := h.Match(context.Background(), phc, password); err != nil || got != want {
			t.Errorf("%q: %v, %v", password, got, err)
		}
	}
	if _, err := h.Hash(context.Background(), long+"12345"); err == nil {
		t.Error("a password is kept of which sign-in would not read the whole")
	}
}

func TestWhoFindsTheQueueFullIsAnsweredALittleLater(t *testing.T) {
	t.Parallel()
	h, err := NewHasher(1)
	if err != nil {
		t.Fatal(err)
	}
	for range maxWaiting {
		h.waiting <- struct{}{}
	}
	asked := time.Now()
	if _, err := h.Hash(t.Context(), "quiet harbour lantern 7"); !fault.Is(err, fault.Unavailable) {
		t.Fatal(err)
	}
	if took := time.Since(asked); took < holdRefused {
		t.Errorf("answered after %s", took)
	}
	for range maxHeld {
		h.held <- struct{}{}
	}
	asked = time.Now()
	if _, err := h.Hash(t.Context(), "quiet harbour lantern 7"); !fault.Is(err, fault.Unavailable) {
		t.Fatal(err)
	}
	if took := time.Since(asked); took >= holdRefused {
		t.Errorf("%d are held, and one more", maxHeld)
	}
}

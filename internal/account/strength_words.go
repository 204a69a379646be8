package account

import (
	"math"
	"strings"
	"sync"
)

// common are words of other scripts that are often passwords (zxcvbn knows the
// English ones), and sentences that everybody knows as passphrases, however their words
// are put together.
//
//nolint:gochecknoglobals // worked out once
var common = sync.OnceValue(func() []word {
	var words []word
	for _, list := range []string{commonJapanese, commonCyrillic, commonKorean, commonChinese} {
		for i, s := range strings.Fields(list) {
			words = append(words, newWord(s, 1+math.Log2(float64(i+2))))
		}
	}
	for i, s := range strings.Split(famous, "; ") {
		for _, between := range []string{"", " ", "-", "_", "."} {
			words = append(words, newWord(strings.ReplaceAll(s, " ", between), 3+math.Log2(float64(i+2))))
		}
	}
	return words
})

const famous = "correct horse battery staple; the quick brown fox; jumps over the lazy dog; to be or not to be; that is the question; " +
	"may the force be with you; live long and prosper; winter is coming; you shall not pass; open sesame; hello world; lorem ipsum; dolor sit amet; " +
	"once upon a time; keep calm and carry on; never gonna give you up; my voice is my passport; this is my password; let me in please; trust no one; " +
	"in the beginning; i love you; happily ever after; all you need is love; let it be; elementary my dear watson; i think therefore i am"

const commonJapanese = "パスワード さくら ありがとうございます ありがとう こんにちは おはよう こんばんは さようなら よろしくおねがいします よろしく お願いします " +
	"あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん あいうえお かきくけこ さしすせそ " +
	"いろはにほへとちりぬるをわかよたれそ いろはにほへと いろは あいしてる 愛してる だいすき 大好き しあわせ 幸せ にほん にっぽん 日本 とうきょう 東京 " +
	"おおさか 大阪 きょうと 京都 ほっかいどう 北海道 おきなわ 沖縄 ふじさん 富士山 たなか 田中 さとう 佐藤 すずき 鈴木 たかはし 高橋 やまだ 山田 太郎 花子 " +
	"ねこ いぬ 猫 犬 はな 花 そら 空 うみ 海 ゆき 雪 つき 月 ほし 星 なつ はる あき ふゆ 桜 ひまわり 夢 愛 希望 笑顔 家族 友達 元気 音楽 野球 " +
	"サッカー ゲーム アニメ ラーメン ポケモン ピカチュウ ドラえもん トトロ キティ ログイン アカウント メール 管理者 暗証番号 秘密 合言葉 " +
	"いちにさんしごろくしちはちきゅうじゅう 一二三四五六七八九十 令和 平成 昭和 " +
	"pasuwado pasuwaado sakura arigatou arigato konnichiwa ohayou nihon nippon tokyo toukyou osaka kyoto daisuki aishiteru doraemon pikachu totoro"

const (
	commonCyrillic = "пароль привет любовь йцукен секрет солнце россия москва дружба счастье никогда спартак марина наташа александр " +
		"україна київ кохання здравствуй администратор"
	commonKorean  = "비밀번호 사랑해 안녕하세요 안녕 대한민국 한국 서울 행복 엄마 친구 하나님 감사합니다 패스워드 관리자 암호"
	commonChinese = "密码 密碼 你好 我爱你 我愛你 中国 中國 北京 上海 台灣 香港 谢谢 謝謝 快乐 管理员 管理員 生日快乐 恭喜发财"
)

// Writes tokenizer_fixture.json: texts and the ids that an independent encoder of GPT-2's
// vocabulary gives them.
//
//   npm install gpt-tokenizer@4.0.0          (in a folder elsewhere, where this is then run)
//   node .../tests/unit/tokenizer_fixture.mjs > .../tests/unit/tokenizer_fixture.json
//
// Needed only to make the file anew. JavaScript's \s differs from White_Space at U+0085 and U+FEFF,
// so no text here has those; U+0000 is left out because C strings end there.
import { createRequire } from 'node:module';

const { encode } = createRequire(`${process.cwd()}/`)('gpt-tokenizer/encoding/r50k_base');

const sentences = [
  'Hello, world!',
  'A afinação do violão levou três dias; a professora não gostou.',
  'Pão, avó, avô, coração, pingüim, àquela, ímã, úbere, Ênfase, AÇÃO.',
  "I'll say it's fine: they're sure we've won, I'm told he'd go, and she can't.",
  "I'LL SAY IT'S FINE, THEY'RE SURE. D'água, copo d'água, 'tis, rock'n'roll, x's's",
  'The price rose 3.5% to R$ 1.234,56 on 07/09/1822 (see §4, ½ cup, Ⅷ, ², ٣٤٥, 二〇).',
  '  two spaces, then   three,    four\tand a tab\t\ttwo\n\nlines\r\n \r\n  end  ',
  'no-break\u00a0space\u00a0\u00a0em\u2003quad ideographic\u3000\u3000line\u2028para' +
    '\u2029 ogham\u1680x',
  'Zero\u200bwidth\u200djoiner is no space; nor is \u180e or \u2060.',
  '😀 😀😀 👩‍👩‍👧 🇧🇷 👍🏽 ❤️ #️⃣ ☎ — … “quoted” «assim» ¿qué? ¡sí!',
  'e\u0301 a\u0303 n\u0303 versus é ã ñ; ﬁ ﬂ ŉ ǆ ʰ ª º',
  'Русский текст, ελληνικά, עברית, العربية, हिन्दी, 中文字符, 日本語のテスト, 한국어, ไทย.',
  '𝒜𝓁𝓅𝒽𝒶 𝟘𝟙𝟚 𐍈 𒀀 𠀀',
  '<|endoftext|> in a text is only text <|endoftext|><|endoftext|>',
  'if (a[i] != b[i]) { return -1; } // x_1 += y*z; https://example.org/a?b=c&d=%20',
  '{"key": [1, 2.5e-3, null], "outra": "ção\\n"}',
  '=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-',
  '\u0001\u0002\u001c\u001d\u001e\u001f\u007f\u0080\u009f\u00ad',
  ' ', '  ', '\n', ' \n', '\n ', 'a ', 'a  ', ' a',
  "'", "''", "'s", " 's", "s'", "'st", "'lll", "'rev", "'v",
  'a'.repeat(300), ' '.repeat(70), '\n'.repeat(33), '!'.repeat(129), '7'.repeat(65),
  'ab'.repeat(90), 'é'.repeat(40),
];

// Random mixtures, by a generator of our own so that the file can be made again.
let state = 20240117;
const below = (n) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};
const parts = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'", ' ', '  ', '\n', '\t', '\u00a0',
  'a', 'The', 'não', 'ção', 'É', '1', '2026', '٣', '½', '!', '...', '😀', '中', '\u0301', '_', '$',
  'ing', 'ß', '\u2009', '\u00ad'];
const mixtures = Array.from({ length: 200 }, () =>
  Array.from({ length: 1 + below(14) }, () => parts[below(parts.length)]).join(''));

const rows = [...sentences, ...mixtures].map((text) =>
  JSON.stringify({ text, ids: encode(text, { disallowedSpecial: new Set() }) }));
process.stdout.write(`[\n${rows.join(',\n')}\n]\n`);

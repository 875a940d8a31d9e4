#!/usr/bin/env bash
# Tokenizer, pretraining and its resumption, perplexity, generation; words and exit statuses.
. "$(dirname "$0")/lib.sh"

make_lm 1024
run 0 tokenize --model lm "A chuva, o pão."
check "ids are a JSON list" grep -qE '^\[[0-9]+(,[0-9]+)*\]$' out.txt
printf 'A chuva, o pão.' | "$afina" tokenize --model lm > piped.txt
check "a text from standard input has the same ids" cmp -s out.txt piped.txt

# An interrupted pretraining is the uninterrupted one, bit for bit.
pretrain halves --tokens 512
pretrain halves --tokens 1024 --resume
check "resumed weights differ" cmp -s lm/model.safetensors halves/model.safetensors
check "resumed state differs" cmp -s lm/checkpoint.safetensors halves/checkpoint.safetensors

# A run that was cooled down goes on from before that as if it had not been, and only from there.
pretrain cooled --tokens 1024 --decay 0.5
check "cooling down changes nothing" test "$(cmp lm/model.safetensors cooled/model.safetensors)"
again=(pretrain --data "$here/pt.txt" "$here/en.txt" --config "$here/config.json" --out cooled
  --tokenizer tokenizer.json --batch 4 --micro-batch 2 --context 16 --threads 1 --resume)
run 2 "${again[@]}" --tokens 2048 --decay 0
says "--from stable"
run 2 "${again[@]}" --optimizer adamw
says "with muon"
pretrain cooled --tokens 1024 --resume --from stable
check "prolonged weights differ" cmp -s lm/model.safetensors cooled/model.safetensors
pretrain cooled --resume --cool-down 128
check "the log counts tokens" grep -q '"step":18,"tokens":0.001,' cooled/log.jsonl
cp cooled/model.safetensors before
pretrain cooled --resume --cool-down 128
check "what has cooled down moves" cmp -s before cooled/model.safetensors

# The course's small model: a run that was stopped and resumed is one that never stopped.
sizes='{"vocabulary":300,"width":16,"heads":2,"context":16}'
options='{"context":16,"batch":4,"tokens":768}'
run 0 nano --text "$here/pt.txt" --out nano --sizes "$sizes" --options "$options"
check "the run is done" grep -q '"step":12,"steps":12,"tokens":768' out.txt
run 0 nano --text "$here/pt.txt" --out part --sizes "$sizes" --options "$options" --stop 5
check "the run stops" grep -q '"step":5,"steps":12' out.txt
run 0 nano --out part --resume --threads 3
check "a resumed nano differs" cmp -s nano/model.safetensors part/model.safetensors
check "and so does its state" cmp -s nano/state.safetensors part/state.safetensors
run 0 nano --text "$here/en.txt" --out more --model nano --options "$options" --stop 1
echo >> part/text.txt
run 1 nano --out part --resume
says "not the text"
run 2 nano --out part
says "--text is missing"
run 2 nano --text "$here/pt.txt" --out other --options '{"batch":0}'
says "batch"
check "no folder is left by a failing nano" test ! -e other

# Weights that are only a start: of the first tokens of so long a warm-up nothing is learned.
pretrain warm --init lm --tokens 64 --warmup-tokens 1e9
run 0 perplexity --model warm --data "$here/pt.txt"
cp out.txt warm.txt
run 0 perplexity --model lm --data "$here/pt.txt"
check "--init does not start from the weights" \
  test "$(cut -c 1-13 out.txt)" = "$(cut -c 1-13 warm.txt)"

# The same in a model twice as wide, which says the same but for the noise in its new channels.
pretrain wide --init lm --widen --tokens 64 --warmup-tokens 1e9
run 0 perplexity --model wide --data "$here/pt.txt"
check "--widen changes what the model says" awk -F '[:,]' \
  'NR == 1 { loss = $2 } NR == 2 { exit !($2 < 1.01 * loss && $2 > 0.99 * loss) }' warm.txt out.txt
check "--widen does not double the channels" \
  test "$(grep -o '"n_embd":.[0-9]*' wide/config.json | grep -o '[0-9]*$')" = \
  $(($(grep -o '"n_embd":.[0-9]*' lm/config.json | grep -o '[0-9]*$') * 2))

# Another tokenizer: its tokens begin as what the old one reads the same text as.
run 0 tokenizer --train "$here/pt.txt" "$here/en.txt" --vocab 330 --out larger.json
run 0 pretrain --data "$here/pt.txt" --init lm --tokenizer larger.json --out carried --context 16 \
  --batch 2 --micro-batch 2 --tokens 32 --warmup-tokens 1e9 --threads 1
check "the vocabulary is not the new tokenizer's" grep -q '"vocab_size":.330' carried/config.json
run 0 perplexity --model carried --data "$here/pt.txt"
bits() { grep -o '"bits_per_byte":[0-9.]*' "$1" | cut -d : -f 2; }
check "what the weights knew is lost on the way" \
  awk -v was="$(bits warm.txt)" -v is="$(bits out.txt)" 'BEGIN { exit !(is < 1.3 * was) }'

run 0 perplexity --model lm --data "$here/pt.txt"
number='[0-9.]+'
check "perplexity prints one JSON line" grep -qE "^\\{\"loss\":$number,\"perplexity\":$number,\
\"bits_per_byte\":$number,\"tokens\":$number,\"bytes\":$number\\}\$" out.txt
check "all bytes are measured" grep -q "\"bytes\":$(wc -c < "$here/pt.txt")}" out.txt
check "training lowers the loss below that of chance" \
  awk -F'[:,]' '{ exit !($2 < log(320)) }' out.txt
check "nothing goes to stderr" test ! -s err.txt

generate() {
  run 0 generate --model lm --prompt "A rua" --max-tokens 12 "$@"
  cp out.txt "$name"
}
name=g1 generate --greedy
name=g2 generate --greedy --seed 9 --threads 3
check "greedy text depends on seed or threads" cmp -s g1 g2
name=s1 generate --seed 3 --temperature 1.5
name=s2 generate --seed 3 --temperature 1.5
name=s3 generate --seed 4 --temperature 1.5
name=k1 generate --seed 5 --top-k 1
check "one seed gives two texts" cmp -s s1 s2
check "two seeds give one text" test "$(cat s1)" != "$(cat s3)"
check "top-k 1 is not greedy" cmp -s g1 k1
check "the prompt comes first" grep -aq "^A rua" g1

# Token by token: the same text, and of each token what it was drawn from; of a text what was
# expected, with the loss of the whole.
name=c1 generate --seed 3 --temperature 1.5 --candidates 4
check "a line for each token and one for the end" test "$(wc -l < c1)" -le 13
check "the last line says that it is done" grep -q '"done":true' <(tail -1 c1)
check "no other line does" test "$(grep -c '"done":true' c1)" = 1
check "four candidates each" test "$(head -1 c1 | grep -o '"share":' | wc -l)" = 4
name=c2 generate --seed 3 --temperature 1.5 --candidates 1 --threads 3
check "the tokens depend on how many candidates are shown" \
  cmp -s <(sed 's/,"candidates.*//' c1) <(sed 's/,"candidates.*//' c2)
printf 'A chuva cai.' > short.txt
run 0 perplexity --model lm --data short.txt
cp out.txt whole.txt
run 0 perplexity --model lm --data short.txt --tokens --candidates 2
equal "the loss by tokens is not that of the text" \
  "$(sed 's/.*"loss":\([0-9.]*\),"perplexity.*/\1/' out.txt | awk '{ printf "%.6f", $1 }')" \
  "$(sed 's/{"loss":\([0-9.]*\),.*/\1/' whole.txt)"
check "a short text is read whole" grep -q '"truncated":false' out.txt

# Wrong usage is 2, work that fails is 1.
run 2
run 0 --help
check "help goes to stdout" grep -q "afina finetune" out.txt
run 0 --version
run 0 generate --help
check "a command's help is its own" test "$(grep -c '^afina' out.txt)" = 1
run 2 unknown
run 2 generate --model lm
says "give --prompt or --instruction"
run 2 generate --model lm --prompt
says "needs a value"
run 2 generate --model lm --prompt a --max-tokens -1
says "whole number, not '-1'"
run 2 generate --model lm --prompt a --max-token 3
says "no option '--max-token'"
run 2 generate --model lm --prompt a --temperature nan
run 2 generate --model lm --prompt a --temperature 0
says "temperature 0"
run 2 generate --model lm --prompt a --top-p 1.5
run 1 generate --model nowhere --prompt a
says "no such folder"
run 1 perplexity --model lm --data /dev/null
says "the text is empty"
run 1 perplexity --model lm --data missing.txt
run 2 tokenizer --train "$here/pt.txt" --vocab 5 --out small.json
says "from 257"
run 2 tokenizer --train "$here/pt.txt@0.5" --vocab 300 --out small.json
says "whole number"
check "no file is left by a failure" test ! -e small.json
run 2 pretrain --data "$here/pt.txt" --out new --tokenizer tokenizer.json --batch 0
says "--batch is 0"
run 2 pretrain --data "$here/pt.txt" --out new --tokenizer tokenizer.json --held-out 2
run 2 pretrain --data "$here/pt.txt" --out new --tokenizer tokenizer.json --optimizer sgd
says "muon or adamw"
run 2 pretrain --data "$here/pt.txt" --out new --tokenizer tokenizer.json --from stable
run 2 pretrain --data "$here/pt.txt" --out new --tokenizer tokenizer.json --init lm --resume
run 2 pretrain --data "$here/pt.txt" --out new --tokenizer tokenizer.json --widen
says "--widen goes with --init: whose weights?"
run 1 pretrain --data "$here/pt.txt" --out new --init nowhere
run 1 pretrain --data "$here/pt.txt" --out new --tokenizer tokenizer.json --config missing.json
run 1 pretrain --data "$here/pt.txt" --config "$here/config.json" --out lm/config.json \
  --tokenizer tokenizer.json
says "in the way"
check "no folder is left by a failure" test ! -e new
finish

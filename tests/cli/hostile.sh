#!/usr/bin/env bash
# Model folders that are damaged, mixed up or made to do harm: a sentence each, and no crash.
. "$(dirname "$0")/lib.sh"

make_classifier

# spoiled WORDS: m/ is refused with them by what loads a model.
fresh() {
  rm -rf m
  cp -r ft m
}
spoiled() {
  run 1 classify --model m sol --threads 1
  says "$1"
}
for file in config.json tokenizer.json model.safetensors; do
  fresh
  rm "m/$file"
  spoiled "m/$file: cannot be opened"
  fresh
  : > "m/$file"
  spoiled "$file"
  fresh
  head -c 300 "ft/$file" > "m/$file"
  spoiled "$file"
  fresh
  tail -c 5000 ft/model.safetensors > "m/$file"
  spoiled "$file"
done
fresh
size=$(wc -c < ft/model.safetensors)
head -c $((size - 1)) ft/model.safetensors > m/model.safetensors
spoiled "is the file complete?"
fresh
printf '\377\377\377\177' |
  dd of=m/model.safetensors bs=1 seek=$((size - 4)) conv=notrunc 2> /dev/null
spoiled "not a finite number"
fresh
printf '\377\377\377\377\377\377\377\177' | dd of=m/model.safetensors bs=1 conv=notrunc 2> /dev/null
spoiled "model.safetensors"
for setting in vocab_size:1000000 vocab_size:300 vocab_size:1e300 n_embd:16384 n_embd:-3 \
  n_embd:15 n_layer:200 n_layer:1 n_layer:0 n_positions:4096 n_positions:16 n_head:3 n_head:0 \
  n_embd:\"16\"; do
  fresh
  sed -i "s/\"${setting%:*}\":.*/\"${setting%:*}\": ${setting#*:},/" m/config.json
  spoiled "config.json\|tensor"
done
fresh
head -c 200000 /dev/zero | tr '\0' '[' > m/config.json
spoiled "nested deeper"
fresh
yes '{"a":' | head -50000 > m/tokenizer.json
spoiled "nested deeper"
fresh
cp lm/model.safetensors m/
spoiled "no 'score.weight'"
fresh
sed -i 's/"0":/"7":/' m/config.json
spoiled "config.json"
fresh
cp lm/config.json m/
spoiled "without classes"
run 1 classify --model train.csv sol
says "a model is a folder"
run 1 finetune --model m/none --train train.csv --out nothing
check "nothing is left" test ! -e nothing

# A classifier is a language model still; neither command may stumble over its head.
run 0 generate --model ft --prompt "A rua" --max-tokens 3
run 0 perplexity --model ft --data "$here/en.txt"

# Bytes changed here and there, from a fixed seed: it loads or it says why not.
RANDOM=11
for i in $(seq 24); do
  fresh
  case $((i % 3)) in
    0) file=config.json end=$(wc -c < ft/config.json) ;;
    1) file=tokenizer.json end=$(wc -c < ft/tokenizer.json) ;;
    2) file=model.safetensors end=2600 ;;
  esac
  for _ in 1 2 3; do
    printf "\\$(printf %03o $((RANDOM % 96 + 32)))" |
      dd of="m/$file" bs=1 seek=$((RANDOM % end)) conv=notrunc 2> /dev/null
  done
  "$afina" classify --model m sol --threads 1 > out.txt 2> err.txt
  status=$?
  check "change $i of $file: exit status $status" test "$status" -le 1
  check "change $i of $file: no words" test -s out.txt -o -s err.txt
  test "$status" = 0 || check "change $i of $file" grep -q "^afina classify: " err.txt
done
finish

#!/usr/bin/env bash
# LoRA, prefixes and prompts, and deltas: only what trained, put on the model that it was made from.
. "$(dirname "$0")/lib.sh"

make_classifier
tune() { run 0 finetune --model lm --train train.csv --test test.csv --epochs 1 --quiet "$@"; }

for strategy in lora:2 prefix:3 prompt:2; do
  name=${strategy%:*}
  for threads in 1 2 3; do
    tune --strategy "$strategy" --threads "$threads" --out "$name" --delta "$name.delta" \
      --report "$name$threads.json"
    timeless "$name$threads.json" > "$name$threads.txt"
    check "$strategy: $threads threads give another report" cmp -s "$name"1.txt "$name$threads.txt"
  done
  equal "$strategy: weights_sha256" "$(tuned "$name/report.json")" \
    "$(sha256sum < "$name/model.safetensors" | cut -d' ' -f1)"
  check "$strategy: the delta is no smaller" \
    test "$(stat -c %s "$name.delta")" -lt "$(stat -c %s "$name/model.safetensors")"
  # The folder, the delta on its base, and the delta of the two: one classifier.
  run 0 evaluate --model "$name" --data test.csv
  cp out.txt folder.txt
  run 0 evaluate --model lm --delta "$name.delta" --data test.csv
  check "$strategy: the delta is another classifier" cmp -s out.txt folder.txt
  run 0 export --model "$name" --format delta --base lm --out compared.delta
  run 0 export --model lm --delta compared.delta --out back
  check "$strategy: other weights come back" cmp -s back/model.safetensors "$name/model.safetensors"
  check "$strategy: another config comes back" cmp -s back/config.json "$name/config.json"
  run 0 classify --model lm --delta "$name.delta" "sol mar"
  check "$strategy: a class" grep -qE "tempo|esporte|food" out.txt
done
equal "a prefix stands in config.json" "$(value prefix prefix/config.json)" 3
equal "a prompt stands in config.json" "$(value prompt prompt/config.json)" 2
check "LoRA is merged" test -z "$(value rank lora/config.json)"
check "LoRA is merged" test -z "$(grep -a -o lora_a lora/model.safetensors)"
run 1 finetune --model prefix --train train.csv --quiet
says "fine-tune the one that it was made from"

tune --strategy lora:2 --lora-alpha 3 --lora-targets mlp --lora-blocks 1 --report l.json
equal "targets" "$(value lora_targets l.json)" '"mlp"'
equal "alpha" "$(value lora_alpha l.json)" 3
equal "blocks" "$(value lora_blocks l.json)" 1
equal "below the only block with LoRA activations are kept" "$(value cache l.json)" '"f32"'

# Other bases, other files.
run 1 evaluate --model ft --delta lora.delta --data test.csv
says "lora.delta: this delta was made from another model"
run 1 evaluate --model lm --delta ft/model.safetensors --data test.csv
says "this is no delta"
head -c 500 lora.delta > cut.delta
run 1 classify --model lm --delta cut.delta sol
run 1 classify --model lm --delta absent.delta sol
run 2 export --model lora --format delta --out x.delta
run 2 export --model lora --base lm --out x
run 1 export --model lora --base absent --format delta --out x.delta
check "a failed export leaves a file" test ! -e x.delta
for strategy in lora lora: lora:0 lora:x prefix:99999 prompt:8000; do
  run 2 finetune --model lm --train train.csv --strategy "$strategy"
done
run 2 finetune --model lm --train train.csv --strategy head --lora-alpha 2
says "lora_alpha"
finish

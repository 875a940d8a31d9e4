#!/usr/bin/env bash
# Instruction tuning: files of rows, runs stopped and resumed, deltas, answers; hostile rows.
. "$(dirname "$0")/lib.sh"

make_lm
cat > rows.json <<'EOF'
[{"instruction":"um","input":"","output":"sol"},{"instruction":"dois","output":"mar"},
 {"instruction":"oi","input":"a","output":"lua"},{"instruction":"ai","output":"rio"}]
EOF
sed 's/^\[//; s/\]$//; s/^ //; s/,$//; s/},{/}\n{/' rows.json > rows.jsonl
printf 'Instrução;Entrada;Resposta\num;;sol\ndois;;mar\noi;a;lua\nai;;rio\n' > rows.csv
tune=(instruct --model lm --template chat --strategy lora:2 --epochs 3 --batch 2 --lr 0.01 --quiet)

# The same rows in three forms are the same run, on any number of threads.
for form in json jsonl csv; do
  run 0 "${tune[@]}" --data "rows.$form" --threads $((${#form} - 2)) --out "of-$form" \
    --report "$form.report"
  timeless "$form.report" > "$form.told"
  check "$form says something else" cmp -s json.told "$form.told"
  check "$form tunes something else" cmp -s of-json/model.safetensors "of-$form/model.safetensors"
done
check "the template is not told" grep -q '"template":[[:space:]]*"chat"' of-json/config.json

# Files together are the rows of all; a share, or a file, is held out.
run 0 "${tune[@]}" --data rows.json rows.csv --valid-share 0.25 --report two.report
equal "rows held out" "$(value held_out two.report)" 2
run 0 "${tune[@]}" --data rows.json --valid rows.csv --report valid.report
equal "rows of a file" "$(value held_out valid.report)" 4

# A delta on its base answers as the tuned folder does; on another base it is refused.
run 0 "${tune[@]}" --data rows.json --delta tuned.delta
run 0 generate --model of-json --instruction um --greedy --max-tokens 6
cp out.txt answer.txt
run 0 generate --model lm --delta tuned.delta --instruction um --greedy --max-tokens 6
check "the delta answers otherwise" cmp -s answer.txt out.txt
run 1 generate --model of-json --delta tuned.delta --instruction um
says "another model"
run 0 "${tune[@]}" --data rows.json --delta half.delta --delta-dtype f16
check "F16 is no smaller" test "$(stat -c %s half.delta)" -lt "$(stat -c %s tuned.delta)"

# What is stopped goes on with the same bits.
"$afina" "${tune[@]}" --data rows.json --epochs 400 --checkpoint-every 0 --out long \
  > out.txt 2> err.txt & job=$!
until test -s long/instruct.checkpoint.safetensors || ! kill -0 $job 2> /dev/null; do :; done
kill -INT $job 2> /dev/null
wait $job
check "a stopped run is no success" test $? != 0
check "a stopped run leaves no model" test ! -e long/model.safetensors
run 0 "${tune[@]}" --data rows.json --epochs 400 --out long --resume
run 0 "${tune[@]}" --data rows.json --epochs 400 --out whole
check "resumed weights differ" cmp -s long/model.safetensors whole/model.safetensors
run 1 "${tune[@]}" --data rows.csv rows.csv --out long --resume
says "other rows"

# What is wrong is told with its row.
printf '[{"instruction":"a","output":"b"},{"instruction":"a","output":" "}]' > bad.json
run 1 "${tune[@]}" --data bad.json --out bad
says "bad.json: row 2 has no response"
printf '{"instruction":"a","output":"b"}\n{"instruction":' > bad.jsonl
run 1 "${tune[@]}" --data bad.jsonl --out bad
says "row 2"
printf 'question;reply\na;b\n' > bad.csv
run 1 "${tune[@]}" --data bad.csv --out bad
says "no column 'output'"
head -c 300 /dev/urandom > bad.json
run 1 "${tune[@]}" --data bad.json --out bad
run 1 "${tune[@]}" --data missing.json --out bad
run 2 "${tune[@]}" --data rows.json --mask some --out bad
run 2 "${tune[@]}" --data rows.json --strategy head --out bad
says "classifiers"
run 2 "${tune[@]}" --data rows.json
says "give --out"
run 2 "${tune[@]}" --data rows.json --report r.json --resume
run 2 instruct --data rows.json --out bad
check "a failed run leaves a folder" test ! -e bad
run 2 generate --model lm --instruction um --prompt um
run 2 generate --model lm --prompt um --input dois
run 2 generate --model lm
finish

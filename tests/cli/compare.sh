#!/usr/bin/env bash
# Comparing strategies: the table, comparison.json that repeats, and what is refused.
. "$(dirname "$0")/lib.sh"

make_lm
rows 45 1 > train.csv
rows 15 3 > test.csv
compare() { run 0 compare --model lm --train train.csv --test test.csv --quiet "$@"; }

compare --strategies head,last:1 --seeds 1,2 --epochs 2 --random none --threads 1 --out one.json
check "what is tested on is told" grep -q "^15 texts to test on" out.txt
for name in head last:1 ngrams majority; do
  check "$name has its line" grep -qE "^$name +[0-9]+ +[0-9.]+  [01]\.[0-9]{3}" out.txt
done
check "pairs are tested" grep -q "only the one is right about .*: p = " out.txt
check "the perplexity before training" grep -q "perplexity before training: [0-9]" out.txt
check "complete" grep -q '"complete":[[:space:]]*true' one.json
compare --strategies head,last:1 --seeds 1,2 --epochs 2 --random none --threads 2 --out two.json
timeless() { sed '/"seconds":/,/}/d' "$1"; }
timeless one.json > one.txt
timeless two.json > two.txt
check "the report repeats, whatever the threads" cmp -s one.txt two.txt
check "it says something" test "$(wc -l < one.txt)" -gt 100

# A run is what finetune makes of the same options and seed.
run 0 finetune --model lm --train train.csv --test test.csv --strategy last:1 --epochs 2 --seed 1 \
  --threads 1 --quiet --report r.json
check "a run is a session" grep -q "$(tuned r.json)" one.json

compare --curve head --epochs 2 --out curve.json
check "the curve has its points" test "$(grep -cE '^ +(8|all) +[0-9]+ ' out.txt)" = 2
check "the question is answered" grep -qE "^From 24 rows to 45 the accuracy changed by" out.txt

compare --strategies head --random last:1 --epochs 1 --readout mean --text "$here/en.txt" \
  --options '{"label_smoothing":0.1}'
check "random weights" grep -q "^last:1, random weights" out.txt

run 2 compare --model lm --train train.csv --strategies heads
says "heads"
run 2 compare --model lm --train train.csv --seeds 1,x
says "'seeds'"
run 2 compare --model lm --train train.csv --options '{"epoch":1}'
says "'epoch'"
run 1 compare --model lm --train train.csv --out no/such/folder/c.json
run 1 compare --model lm --train test.csv --curve head
says "learning curve"
finish

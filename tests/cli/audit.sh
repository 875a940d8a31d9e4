#!/usr/bin/env bash
# What there is to look at again in labeled rows: planted wrong labels, texts that are nearly equal.
. "$(dirname "$0")/lib.sh"

make_lm
rows 60 1 > train.csv
# Rows 10, 20, ... stand under another label than their words'.
awk -F, -v OFS=, 'NR > 1 && (NR - 1) % 10 == 0 { $2 = $2 == "food" ? "tempo" : "food" } 1' \
  train.csv > planted.csv

run 0 audit --train train.csv
equal "without a model nothing is said of labels" "$(value labels out.txt)" null
says "nearly equal texts:"
run 0 audit --model lm --train planted.csv --out a.json --folds 4 --threads 1
check "the result goes to the file" test ! -s out.txt
says "fold 4 of 4"
says "sure of another class"
sed -n '/"labels"/,/"duplicates"/p' a.json > labels.txt
equal "all rows were looked at" "$(value rows labels.txt)" 60
sed -n 's/.*"row":\t\([0-9]*\),/\1/p' labels.txt | head -6 | sort -n > found.txt
check "the planted rows come first: $(tr '\n' ' ' < found.txt)" \
  cmp -s found.txt <(printf '10\n20\n30\n40\n50\n60\n')
run 0 audit --model lm --train planted.csv --out b.json --folds 4 --threads 3 --quiet
check "quiet" test ! -s err.txt
check "the same with three threads" cmp -s a.json b.json

cat > near.csv <<'CSV'
text,label
where is my invoice for the month of May?,a
Where is  my invoice for the month of May ?,a
please cancel my subscription at once,a
please cancel my subscription at once.,b
the parcel has arrived broken and nobody answers,b
CSV
printf 'text,label\nthe parcel has arrived broken and nobody answers!,b\n' > near_test.csv
run 0 audit --train near.csv --test near_test.csv --quiet
equal "one group reaches into the test file" "$(value move out.txt)" 1
equal "one has different labels" "$(value relabel out.txt)" 1
equal "one is repeated" "$(value remove out.txt)" 1

run 2 audit
run 2 audit --train train.csv --folds 3 --strategy head
says "goes with --model"
run 2 audit --model lm --train train.csv --folds 1
run 1 audit --train absent.csv
printf 'text,label\nsol,a\nmar,a\n' > one.csv
run 1 audit --model lm --train one.csv
finish

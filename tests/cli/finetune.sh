#!/usr/bin/env bash
# Fine-tuning: strategies, readouts, splits, reports that repeat, best epochs that come back, and
# runs that end before their time.
. "$(dirname "$0")/lib.sh"

make_classifier --report r.json
tune() { run 0 finetune --model lm --train train.csv --threads 1 --quiet "$@"; }

# What is saved is what was reported: the same weights, the same test.
check_folder() {
  equal "$1: weights_sha256" "$(tuned "$1/report.json")" \
    "$(sha256sum < "$1/model.safetensors" | cut -d' ' -f1)"
  run 0 evaluate --model "$1" --data test.csv
  sed 's/^/\t/' out.txt > evaluated.txt
  sed -n '/^\t"test":/,/^\t}/p' "$1/report.json" |
    sed '1s/"test":\t//; $s/,$//' > reported.txt
  check "$1: evaluate is not the report's test" diff evaluated.txt reported.txt >&2
  check "$1: summary" test -s reported.txt
}
check "--report is the folder's report.json" cmp -s r.json ft/report.json
check_folder ft
for each in head/mean last:1/special full/last; do
  strategy=${each%/*} readout=${each#*/}
  tune --valid valid.csv --test test.csv --strategy "$strategy" --readout "$readout" --epochs 1 \
    --out "made/within/${strategy%:*}"
  check "the result is printed" grep -q "^test: accuracy [01]\.[0-9]*, macro-F1" out.txt
  check "--quiet is quiet" test ! -s err.txt
  check_folder "made/within/${strategy%:*}"
  equal "$each: strategy" "$(value strategy "made/within/${strategy%:*}/report.json")" \
    "\"$strategy\""
  equal "$each: readout" "$(value readout "made/within/${strategy%:*}/config.json")" "\"$readout\""
done

# Blocks open from the top; how to train is told and kept.
tune --valid valid.csv --test test.csv --strategy gradual --epochs 4 --gradual-epochs 1 \
  --sampling balanced --label-smoothing 0.1 --dropout 0.2 --layer-decay 0.5 --out gradual
check_folder gradual
equal "gradual: the first block that trained" \
  "$(grep -o '"first_block":[^,]*' gradual/report.json | tr -dc '0-9\n' | paste -sd ' ')" "2 1 0 0"
for each in sampling/'"balanced"' class_weights/'"none"' label_smoothing/0.1 dropout/0.2 \
  layer_decay/0.5 gradual_epochs/1; do
  equal "gradual: ${each%%/*}" "$(value "${each%%/*}" gradual/report.json)" "${each#*/}"
done
run 2 finetune --model lm --train train.csv --sampling balanced --class-weights balanced
says "choose one"
run 2 finetune --model lm --train train.csv --class-weights even
says "'even'"

# The head alone is fitted at once, or in steps where a rate is told.
run 0 finetune --model lm --train train.csv --test test.csv --report once.json --quiet
equal "head: fitted at once" "$(value optimizer once.json) $(value ridge once.json)" '"lbfgs" 2'
run 0 finetune --model lm --train train.csv --test test.csv --lr 0.01 --report steps.json --quiet
equal "head: in steps" "$(value optimizer steps.json)" '"adamw"'
run 0 finetune --model lm --train train.csv --test test.csv --optimizer lbfgs --ridge 20 --lr 0.01 \
  --report ridge.json --quiet
equal "head: ridge" "$(value optimizer ridge.json) $(value ridge ridge.json)" '"lbfgs" 20'
run 2 finetune --model lm --train train.csv --strategy full --optimizer lbfgs
says "goes with strategy head"

# A head that takes two means, in the saved folder and in 8 bits.
tune --valid valid.csv --test test.csv --strategy last:1 --readout words --epochs 1 --out words
check_folder words
equal "words: readout" "$(value readout words/config.json)" '"words"'
run 0 classify --model words "sol mar"
check "words: a class" grep -qE "tempo|esporte|food" out.txt
run 0 export --model words --dtype i8 --out words-i8
equal "words: readout in 8 bits" "$(value readout words-i8/config.json)" '"words"'
run 0 evaluate --model words-i8 --data test.csv
equal "words: trained by the last block" "$(value trained_parameters words/report.json)" \
  "$(($(value trained_parameters made/within/last/report.json) + 48))"
run 0 finetune --model words --train train.csv --strategy head --epochs 1 --quiet --report h.json
equal "words: what the model says is the default" "$(value trained_parameters h.json)" 96

equal "trained by head" "$(value trained_parameters made/within/head/report.json)" 48
equal "trained by full" "$(value trained_parameters made/within/full/report.json)" \
  "$(($(value parameters r.json) + 48))"

# The same run twice, and with any number of threads.
for threads in 1 2 3; do
  tune --strategy last:1 --epochs 1 --threads "$threads" --report "t$threads.json"
  timeless "t$threads.json" > "t$threads.txt"
  check "$threads threads give another report" cmp -s t1.txt "t$threads.txt"
done
tune --strategy last:1 --epochs 1 --seed 2 --report other.json
check "another seed gives the same weights" \
  test "$(tuned t1.json)" != "$(tuned other.json)"

# Numerics: the report names them, each has its own bits, the same for any number of threads. Not
# every CPU fuses; one that does not runs plain, and says so where it is asked for fused.
for threads in 1 3; do
  tune --strategy last:1 --epochs 1 --threads "$threads" --numerics plain --report "p$threads.json"
  timeless "p$threads.json" > "p$threads.txt"
  check "$threads threads give another plain report" cmp -s p1.txt "p$threads.txt"
done
equal "numerics asked for" "$(value numerics p1.json)" '"plain"'
best='"plain"'
"$afina" classify --model ft sol --numerics fused > /dev/null 2> err.txt && best='"fused"'
equal "numerics by default" "$(value numerics t1.json)" "$best"
if test "$best" = '"fused"'; then
  check "fused gives plain's bits" test "$(tuned t1.json)" != "$(tuned p1.json)"
else
  says "'plain' runs everywhere"
  check "another plain" cmp -s t1.txt p1.txt
fi
run 2 finetune --model lm --train train.csv --numerics faster
says "'plain' or 'fused'"

# Twelve texts a class: two of each test where no file is given; so few rows spare none to validate
# unless told to, and then one of each.
split() { echo "$(value train "$1") $(value valid "$1") $(value test "$1")"; }
head="--strategy head --epochs 1"
equal "no file given" "$(split t1.json)" "30 0 6"
equal "stratified" "$(grep -c '"support":.*2$' t1.json)" 3
tune $head --valid-share 0.1 --report s.json
equal "a share to validate" "$(split s.json)" "27 3 6"
tune $head --valid-share 0.1 --test test.csv --report s.json
equal "test given" "$(split s.json)" "33 3 12"
tune $head --valid valid.csv --report s.json
equal "valid given" "$(split s.json)" "30 12 6"
tune $head --valid valid.csv --test test.csv --report s.json
equal "both given" "$(split s.json)" "36 12 12"
tune $head --valid-share 0 --test-share 0 --report s.json
equal "all train" "$(split s.json)" "36 0 0"
check "no test" grep -q '"test":.*null' s.json

# Early stopping brings back the best epoch: with a patience of 1, the one before the last.
tune --strategy head --valid valid.csv --lr 3 --weight-decay 0 --epochs 200 --patience 1 \
  --no-ngrams --out best
best=$(value best_epoch best/report.json)
equal "epochs run" "$(grep -c '"epoch":' best/report.json)" "$((best + 1))"
run 0 evaluate --model best --data valid.csv --report v.json
equal "validation accuracy of the best epoch" "$(value accuracy v.json)" \
  "$(grep '"valid_accuracy"' best/report.json | sed -n "${best}p" | sed 's/.*:\t//; s/,$//')"

# Divergence keeps the best epoch; without one it fails and leaves nothing.
ruin="--strategy head --lr 10 --weight-decay 10 --patience 0"
tune $ruin --batch 64 --epochs 40 --out ruined
says "smaller learning rate than 10: keeping epoch"
check "the model that was kept is whole" "$afina" classify --model ruined sol > /dev/null
run 1 finetune --model lm --train train.csv $ruin --batch 1 --epochs 1 --out nothing
says "train again with a smaller learning rate"

# Ctrl-C does, too. (Whole, so that the run is not over before it can be stopped.)
"$afina" finetune --model lm --train train.csv --strategy full --epochs 10000 --patience 0 \
  --lr 1e-6 --threads 1 --out stopped > out.txt 2> err.txt &
for _ in $(seq 600); do
  grep -q "^epoch 1 " err.txt && break
  sleep 0.1
done
kill -TERM $!
wait $!
equal "exit status of a stopped run" $? 0
says "stopped: keeping epoch"
check "a stopped run is saved" "$afina" classify --model stopped sol > /dev/null

# A classifier is a base like any other: its head is replaced.
sed 's/tempo/weather/; s/food/comida/; s/esporte/sport/' train.csv > other.csv
run 0 finetune --model ft --train other.csv --strategy head --epochs 1 --threads 1 --out again
run 0 classify --model again sol
check "the new labels" grep -q "weather" out.txt
tune $head --random-weights --report random.json
tune $head --report both.json
tune $head --no-ngrams --report network.json
check "no n-grams" grep -q '"ngrams":.*null' network.json
check "the network is the same without n-grams beside it" \
  test "$(value train_loss network.json)" = "$(value train_loss both.json)"
check "random weights are others" \
  test "$(tuned random.json)" != "$(tuned s.json)"

# What cannot end well is refused before the training, and leaves nothing.
refused() { run "$1" finetune --model lm --train train.csv "${@:2}" --out nothing; }
refused 2 --lr -1
says "'lr' is -1"
refused 2 --valid-share 2
refused 2 --epochs 10001
refused 2 --seed 4294967296
refused 2 --strategy last:3
refused 2 --readout first
refused 1 --report no/such/r.json
says "no/such/r.json"
check "it was refused before the training" test "$(grep -c ^epoch err.txt)" = 0
run 1 finetune --model lm --train train.csv --out train.csv
says "in the way"
check "nothing is left by failures" test ! -e nothing
finish

#!/usr/bin/env bash
# Classifying a text and a CSV; the formats that a model is exported in; writing that fails.
. "$(dirname "$0")/lib.sh"

make_classifier

run 0 classify --model ft "sol e mar"
check "nothing goes to stderr" test ! -s err.txt
equal "a label and three probabilities" "$(wc -l < out.txt)" 4
equal "the first line is the most probable class" "$(head -1 out.txt)" \
  "$(tail -3 out.txt | sort -r | head -1 | cut -f2)"
check "probabilities sum to 1" awk 'NR > 1 { s += $1 } END { exit !(s > 0.99999 && s < 1.00001) }' \
  out.txt
cp out.txt plain.txt
run 0 classify --model ft "  sol e mar
"
check "white space around a text counts" cmp -s out.txt plain.txt
run 0 classify --model ft ""
run 0 classify --model ft -- --help
run 2 classify --model ft sol e mar
says "put a text in quotes"
run 2 classify --model ft
run 2 classify --model ft sol --csv test.csv
run 2 classify --model ft sol --out o.csv
run 1 classify --model lm sol
says "fine-tune it on labeled texts first"
run 1 evaluate --model lm --data test.csv
says "fine-tune it on labeled texts first"

run 0 explain --model ft "sol e mar"
equal "three words" "$(grep -c leave_one_out out.txt)" 3
equal "the predicted class" "$(value label out.txt)" "\"$(head -1 plain.txt)\""
cp out.txt explained.txt
run 0 explain --model ft "sol e mar" --threads 3
check "the same with three threads" cmp -s out.txt explained.txt
run 0 explain --model ft "sol e mar" --class food --gradient-only
equal "the class that was asked for" "$(value label out.txt)" '"food"'
equal "left out is nothing" "$(grep -c '"leave_one_out":.null' out.txt)" 3
run 2 explain --model ft sol --class none
says "none of the model's 3 classes"
run 1 explain --model lm sol

# Rows, order and cells stay; four columns are added.
run 0 classify --model ft --csv test.csv --out o.csv --threads 1
check "the result goes to the file" test ! -s out.txt
equal "header" "$(head -1 o.csv)" $'text,label,predicted,p_esporte,p_food,p_tempo\r'
sed -E 's/(,[^,]*){4}\r$//' o.csv > kept.csv
check "rows are kept in order" cmp -s kept.csv test.csv
check "probabilities sum to 1 and name the prediction" awk -F, '
  NR == 1 { split($0, name, /[,\r]/); next }
  { sub("\r", ""); best = 4; for (i = 5; i <= 6; i++) if ($i > $best) best = i
    s = $4 + $5 + $6; if (s < 0.99999 || s > 1.00001 || name[best] != "p_" $3) exit 1 }' o.csv
run 0 classify --model ft --csv test.csv --threads 3
check "to stdout, and with three threads" cmp -s out.txt o.csv
"$afina" evaluate --model ft --data test.csv > e.txt
right=$(awk -F, 'NR > 1 && $2 == $3' o.csv | wc -l)
check "predictions are those of evaluate" \
  awk -v a="$(value accuracy e.txt)" -v r="$right" 'BEGIN { d = a * 12 - r; exit !(d * d < 1e-6) }'

cat > odd.csv <<'CSV'
Mensagem;nota
"sol; forte";1
"linha um
linha dois";2
"ele disse ""oi""";3
pão e maçã;4
CSV
run 0 classify --model ft --csv odd.csv --out o.csv
sed -E 's/(;[^;]*){4}\r$//' o.csv > kept.csv
check "delimiter, quotes and line breaks are kept" cmp -s kept.csv odd.csv
iconv -f utf8 -t cp1252 odd.csv > 1252.csv
run 0 classify --model ft --csv 1252.csv --out w.csv
{ printf '\xef\xbb\xbf' && cat o.csv; } > marked.csv
check "what was not UTF-8 becomes UTF-8 with a mark" cmp -s w.csv marked.csv
printf 'text,predicted,p_food,predicted_2\nsol,a,b,c\n' > again.csv
run 0 classify --model ft --csv again.csv
equal "no two columns get one name" "$(head -1 out.txt)" \
  $'text,predicted,p_food,predicted_2,predicted_3,p_esporte,p_food_2,p_tempo\r'
printf 'text,n\nsol\nmar,1,2,3\n' > ragged.csv
run 0 classify --model ft --csv ragged.csv
equal "ragged rows become of one width" "$(awk -F, '{ print NF }' out.txt | sort -u)" 8
printf 'text,label\nsol,nunca\n' > unseen.csv
run 1 evaluate --model ft --data unseen.csv
says "'nunca' is none of the model's 3 classes"

# Smaller formats load and classify alike.
alike() {
  run 0 classify --model "$1" --csv test.csv --out small.csv
  check "$1 classifies otherwise" awk -F, -v most="$2" '
    NR == FNR { for (i = 4; i <= 6; i++) p[FNR, i] = $i; next }
    FNR > 1 { for (i = 4; i <= 6; i++) { d = $i - p[FNR, i]; if (d * d > most * most) exit 1 } }' \
    full.csv small.csv
}
run 0 classify --model ft --csv test.csv --out full.csv
run 0 export --model ft --format hf --dtype f16 --out f16
run 0 export --model ft --dtype i8 --out i8
run 0 export --model i8 --out back
alike f16 0.005
alike i8 0.05
run 0 classify --model back --csv test.csv --out back.csv
check "i8 as f32 is another model" cmp -s small.csv back.csv
check "f16 is not smaller" \
  test "$(wc -c < f16/model.safetensors)" -lt "$(wc -c < ft/model.safetensors)"
run 2 export --model ft --dtype f64 --out f64
run 2 export --model ft --format html --out f64
check "a failed export leaves a folder" test ! -e f64

# A disk that is full (here: a limit on the size of a file) leaves the model that was there.
cp -r f16 kept
(trap '' XFSZ && ulimit -f 4 && "$afina" export --model ft --out f16) > out.txt 2> err.txt
equal "exit status on a full disk" $? 1
says "cannot be written"
check "the folder holds another model" diff -r f16 kept
(trap '' XFSZ && ulimit -f 0 && "$afina" classify --model ft --csv test.csv --out full.csv) \
  > /dev/null 2>&1
equal "exit status on a full disk" $? 1
check "the file that was there is lost" test -s full.csv
finish

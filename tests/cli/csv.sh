#!/usr/bin/env bash
# CSV files as spreadsheets, other programs and accidents write them.
. "$(dirname "$0")/lib.sh"

make_lm
tune() {
  run "$1" finetune --model lm --strategy head --epochs 1 --threads 1 --quiet --train "${@:2}"
}

# One table in many dialects is one data set.
cat > comma.csv <<'CSV'
text,label
"sol, forte",tempo
"linha um
linha dois",tempo
"ele disse ""oi""",food
pão e maçã,food
chuva,tempo
queijo,food
CSV
same() {
  tune 0 "$1" --report r.json "${@:2}"
  equal "$1: fingerprint" "$(value sha256 r.json)" "$fingerprint"
}
tune 0 comma.csv --report r.json
fingerprint=$(value sha256 r.json)
equal "rows" "$(value rows r.json)" 6
sed 's/^text,/text;/; s/,\(tempo\|food\|label\)$/;\1/' comma.csv > semicolon.csv
same semicolon.csv
tr ';' '\t' < semicolon.csv > tab.csv
same tab.csv
{ printf '\xef\xbb\xbf' && cat semicolon.csv; } > mark.csv
same mark.csv
iconv -f utf8 -t cp1252 semicolon.csv > 1252.csv
same 1252.csv
iconv -f utf8 -t utf-16 comma.csv > utf16.csv
same utf16.csv
{ printf '\xfe\xff' && iconv -f utf8 -t utf-16be comma.csv; } > utf16be.csv
same utf16be.csv
iconv -f utf8 -t utf-16le semicolon.csv > unmarked.csv
same unmarked.csv
{ printf 'sep=;\r\n' && cat semicolon.csv; } > told.csv
same told.csv
{ printf 'sep=;\n' && cat semicolon.csv; } | iconv -f utf8 -t utf-16 > told16.csv
same told16.csv
awk '{ printf "%s%s", $0, /um$/ ? "\n" : "\r\n" }' comma.csv > crlf.csv
same crlf.csv
printf %s "$(cat comma.csv)" > unended.csv
same unended.csv
awk '/^chuva/ { print "\n" } { print }' comma.csv > blank.csv
same blank.csv
sed '1s/.*/ Mensagem ,RÓTULO/' comma.csv > named.csv
same named.csv
sed '1s/.*/body_of_it,sentiment class/' comma.csv > words.csv
same words.csv
sed '1s/.*/a,b/' comma.csv > letters.csv
same letters.csv --text-column a --label-column B
same comma.csv --text-column TEXT

# Rows that lack something are left out; what is too much is not read.
printf 'text,label\nsol,a\nlua,b,1,2\n,,\n\nmar\nrio,a\ngol,b\n' > ragged.csv
tune 0 ragged.csv --report r.json
equal "usable rows of a ragged file" "$(value usable r.json)" 4
printf 'text,label\nso\0l,a\nmar,b\nrio,a\n\0\0,b\n' > nul.csv
tune 0 nul.csv
run 0 finetune --model lm --strategy head --epochs 1 --threads 1 --train ragged.csv
says "rows without a text (left out): row 3"
says "rows without a label (left out): row 3 4"

bad() {
  tune 1 "$@" --out nothing
  check "$1: the message names no file and no cause" grep -q "$cause" err.txt
}
printf 'text,label\nsol,a\n"mar,b\nrio,a\n' > open.csv
cause="open.csv: the quote that opens in row 2 is never closed" bad open.csv
printf 'text\nsol\nmar\n' > column.csv
cause="column.csv: which column holds the labels.*has 'text'" bad column.csv
printf 'ham,hello\nspam,win\n' > headless.csv
cause="which must be the header, has 'ham', 'hello'" bad headless.csv
printf 'text,label\nsol,a\nmar,a\n' > class.csv
cause="same label, 'a'" bad class.csv
printf 'text,label\nsol,novo\n' > novo.csv
cause="label 'novo' in row 1 of the test file" bad comma.csv --test novo.csv
cause="label 'novo' in row 1 of the validation file" bad comma.csv --valid novo.csv
: > empty.csv
cause="empty.csv: the file is empty" bad empty.csv
printf '\xef\xbb\xbf\n\n' > mark.csv
cause="mark.csv: the file is empty" bad mark.csv
printf 'text,label\n' > header.csv
cause="no row to train on" bad header.csv
printf 'PK\003\004 and more' > sheet.xlsx
cause="sheet.xlsx: a spreadsheet" bad sheet.xlsx
cause="missing.csv: cannot be opened" bad missing.csv
mkdir folder
cause="folder: cannot be read" bad folder
cause="no column 'texto'; the first row has 'text', 'label'" bad comma.csv --text-column texto
cause="'text' cannot hold both" bad comma.csv --text-column text --label-column text
head -c 20000 lm/model.safetensors > noise.csv
cause="noise.csv" bad noise.csv
check "nothing is left by failures" test ! -e nothing

# More rows than one step of the preparation or one chunk of the output takes.
rows 1500 1 > large.csv
tune 0 large.csv --report r.json --out ft
equal "rows of a large file" "$(value usable r.json)" 1500
run 0 classify --model ft --csv large.csv --threads 1
sed -E 's/(,[^,]*){4}\r$//' out.txt > kept.csv
check "a large file keeps its rows in order" cmp -s kept.csv large.csv
finish

# What the parts share: a scratch folder, a way to run afina and check what came of it, and the
# files that the parts start from. Sourced with the path of the binary as $1.
set -u
export LC_ALL=C
afina=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
checks=0
failures=0

# check WHAT COMMAND...: counts it, and says WHAT where COMMAND fails.
check() {
  local what=$1
  shift
  checks=$((checks + 1))
  "$@" && return
  failures=$((failures + 1))
  echo "FAILED: $what" >&2
  sed 's/^/    stderr: /' err.txt 2>/dev/null | head -5 >&2
}

# run STATUS ARGUMENT...: runs afina, which must end with that exit status; its words stand in
# out.txt and err.txt. What failed must have said so, and must have printed no result.
run() {
  local expected=$1 status
  shift
  "$afina" "$@" > out.txt 2> err.txt < /dev/null
  status=$?
  check "afina $*: exit status $status, not $expected" test "$status" = "$expected"
  test "$expected" = 0 && return
  check "afina $*: a failure prints a result" test ! -s out.txt
  check "afina $*: says who failed" grep -q "^afina" err.txt
}

# says WORDS: they stand in the last run's stderr.
says() { check "'$1' is not in stderr" grep -q -- "$1" err.txt; }

# value KEY FILE: the first value of that key in a printed JSON document.
value() { sed -n "s/^[[:space:]]*\"$1\":[[:space:]]*\([^,]*\),*\$/\1/p" "$2" | head -1; }

# tuned FILE: the sha256 of the tuned weights in a report; that of the base model stands deeper.
tuned() { sed -n 's/^\t"weights_sha256":\t"\(.*\)".*/\1/p' "$1"; }

# equal WHAT A B
equal() { check "$1: '$2' is not '$3'" test "$2" = "$3"; }

# A report without what may differ between runs.
timeless() { sed '/^\t"seconds":\t{/,/^\t}/d; /"seconds":/d' "$1"; }

# rows COUNT SEED: a labeled CSV of three classes in turn, no two texts alike.
rows() {
  awk -v n="$1" -v s="$2" 'BEGIN {
    split("sol mar lua rio", a, " "); split("bola gol time jogo", b, " ")
    split("fig jam tea egg", c, " "); split("tempo esporte food", label, " ")
    print "text,label"
    for (i = 0; i < n; i++) {
      k = i % 3; x = (i * 7 + s) % 4 + 1; y = (i * 5 + int(i / 3)) % 4 + 1
      w = k == 0 ? a[x] " " a[y] : k == 1 ? b[x] " " b[y] : c[x] " " c[y]
      print w " " s i "," label[k + 1]
    }
  }'
}

# A language model in lm/, made in a moment.
make_lm() {
  run 0 tokenizer --train "$here/pt.txt" "$here/en.txt" --vocab 320 --out tokenizer.json
  says "320 tokens"
  pretrain lm --tokens "${1:-256}"
}

pretrain() {
  local folder=$1
  shift
  run 0 pretrain --data "$here/pt.txt" "$here/en.txt" --config "$here/config.json" --out "$folder" \
    --tokenizer tokenizer.json --batch 4 --micro-batch 2 --context 16 --warmup-tokens 128 \
    --decay 0 --lr 0.01 --threads 1 "$@"
}

# A classifier in ft/, from train.csv, valid.csv and test.csv.
make_classifier() {
  make_lm
  rows 36 1 > train.csv
  rows 12 2 > valid.csv
  rows 12 3 > test.csv
  run 0 finetune --model lm --train train.csv --valid valid.csv --test test.csv --strategy full \
    --epochs 4 --lr 0.02 --threads 1 --out ft "$@"
}

finish() {
  check "files are left half written: $(find . -name '*.partial')" \
    test -z "$(find . -name '*.partial')"
  echo "$checks checks, $failures failed"
  test "$failures" = 0
}

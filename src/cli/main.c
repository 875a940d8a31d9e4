/* afina: the command line. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const struct {
  const char *name;
  int (*run)(int argc, char **argv);
  const char *usage;
} commands[] = {
    {"finetune", cli_finetune,
     "--model DIR --train A.csv [--valid V.csv] [--test T.csv] [--text-column NAME] "
     "[--label-column NAME]\n"
     "           [--strategy head|last:K|full|gradual|lora:R|prefix:P|prompt:P] "
     "[--readout last|mean|special|words]\n"
     "           [--gradual-epochs N] [--layer-decay X]\n"
     "           [--lora-alpha X] [--lora-targets attn|mlp|all] [--lora-blocks K]\n"
     "           [--epochs N] [--lr X] [--batch N] [--label-smoothing X] [--dropout X]\n"
     "           [--class-weights none|balanced | --sampling shuffle|balanced]\n"
     "           [--optimizer adamw|lbfgs] [--ridge X]\n"
     "           [--valid-share X] [--test-share X] [--patience N] [--seed N] [--threads N] "
     "[--numerics plain|fused]\n"
     "           [--weight-decay X] [--no-ngrams] [--random-weights] [--quiet]\n"
     "           [--out DIR] [--delta FILE] [--report R.json]"},
    {"instruct", cli_instruct,
     "--model DIR --data A.json|A.jsonl|A.csv... [--valid V.json|V.jsonl|V.csv]\n"
     "           [--strategy full|last:K|lora:R|prefix:P|prompt:P] [--lora-alpha X] "
     "[--lora-targets attn|mlp|all]\n"
     "           [--lora-blocks K] [--template alpaca|plain|chat] [--language en|pt] "
     "[--mask response|all]\n"
     "           [--epochs N] [--lr X] [--batch N] [--weight-decay X] [--valid-share X] [--seed "
     "N]\n"
     "           [--threads N] [--numerics plain|fused] [--quiet] [--resume] "
     "[--checkpoint-every SECONDS]\n"
     "           [--out DIR] [--dtype f32|f16|i8] [--delta FILE] [--delta-dtype f32|f16] "
     "[--report R.json]"},
    {"evaluate", cli_evaluate,
     "--model DIR [--delta FILE] --data T.csv [--text-column NAME] [--label-column NAME] [--report "
     "R.json] "
     "[--threads N] [--numerics plain|fused]"},
    {"classify", cli_classify,
     "--model DIR [--delta FILE] TEXT | --csv IN.csv [--text-column NAME] [--out OUT.csv]   "
     "[--threads N] "
     "[--numerics plain|fused]"},
    {"explain", cli_explain,
     "--model DIR TEXT [--class LABEL] [--gradient-only] [--threads N] [--numerics plain|fused]"},
    {"audit", cli_audit,
     "--train A.csv [--test T.csv] [--model DIR] [--folds N] [--strategy S] [--text-column NAME]\n"
     "           [--label-column NAME] [--seed N] [--threads N] [--numerics plain|fused] "
     "[--quiet]\n"
     "           [--out audit.json]   (near duplicates; with a model, doubtful labels too)"},
    {"compare", cli_compare,
     "--model DIR --train A.csv [--valid V.csv] [--test T.csv] [--text-column NAME] "
     "[--label-column NAME]\n"
     "           [--strategies head,last:1,full] [--seeds 1,2,3] [--random STRATEGY|none]\n"
     "           [--curve STRATEGY] (a learning curve instead) [--text FILE] (for forgetting)\n"
     "           [--readout R] [--epochs N] [--lr X] [--batch N] [--patience N] [--no-ngrams]\n"
     "           [--valid-share X] [--test-share X] [--split-seed N] [--options JSON]\n"
     "           [--threads N] [--numerics plain|fused] [--quiet] [--out comparison.json]"},
    {"generate", cli_generate,
     "--model DIR [--delta FILE] --prompt TEXT | --instruction TEXT [--input TEXT] [--template T] "
     "[--language en|pt]\n"
     "           [--temperature X] [--top-k N] [--top-p X] [--greedy] [--seed N]\n"
     "           [--max-tokens N] [--threads N] [--numerics plain|fused]\n"
     "           [--candidates N]   (a line of JSON for each token: what it was drawn from)"},
    {"perplexity", cli_perplexity,
     "--model DIR --data FILE [--threads N] [--numerics plain|fused]\n"
     "           [--tokens [--candidates N]]   (of each token, what else was expected; one "
     "window)"},
    {"tokenize", cli_tokenize, "--model DIR [TEXT]   (standard input when TEXT is absent)"},
    {"tokenizer", cli_tokenizer, "--train FILE[@WEIGHT]... --vocab N --out tokenizer.json"},
    {"pretrain", cli_pretrain,
     "--data FILE[@FACTOR]... --out DIR [--config mini|base|FILE] [--tokenizer tokenizer.json] "
     "[--init DIR [--widen]]\n"
     "           [--resume [--from checkpoint|stable] [--cool-down TOKENS]] [--optimizer "
     "muon|adamw] [--lr X]\n"
     "           [--tokens N] [--warmup-tokens N] [--decay SHARE] [--batch N] [--micro-batch N] "
     "[--context N]\n"
     "           [--batch-start N --batch-growth-tokens N] [--held-out SHARE] "
     "[--checkpoint-every N]\n"
     "           [--seed N] [--threads N] [--readout mean|last|special] [--spans N,...] "
     "[--temperature X]\n"
     "           [--contrast-tokens N --contrast-weight X] [--word-tokens N --word-weight X]\n"
     "           [--word-steps N] [--language-weight X]"},
    {"nano", cli_nano,
     "--text FILE --out DIR [--model DIR | --sizes JSON] [--options JSON] [--stop UPDATES] "
     "[--threads N]\n"
     "           [--numerics plain|fused]   (pretraining on a text, as the course does it)\n"
     "           --resume --out DIR   (a checkpoint: of nano, or the page's, unpacked)"},
    {"export", cli_export,
     "--model DIR [--delta FILE] --format hf [--dtype f32|f16|i8] --out DIR\n"
     "           --model DIR --base DIR --format delta --out FILE   (only what trained)"},
    {"bench", cli_bench,
     "[--json] [--config ref-small|mini|base] [--part all|products|passes|epochs] [--rounds N]\n"
     "           [--texts N] [--threads N] [--numerics plain|fused] [--narrow]\n"
     "           [--cpu-time]   (on a busy machine, with --threads 1)"},
};

static void usage(FILE *stream) {
  fprintf(stream, "afina %s: fine-tunes a small GPT into a text classifier\n\n", AFINA_VERSION);
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    fprintf(stream, "  afina %s %s\n", commands[i].name, commands[i].usage);
}

static bool asks_for_help(int argc, char **argv) {
  for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
    if (strcmp(argv[i], "--help") == 0) return true;
  return false;
}

int main(int argc, char **argv) {
  if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
    usage(argc < 2 ? stderr : stdout);
    return argc < 2 ? CLI_USAGE : CLI_OK;
  }
  if (strcmp(argv[1], "--version") == 0) {
    printf("%s\n", AFINA_VERSION);
    return CLI_OK;
  }
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    if (strcmp(argv[1], commands[i].name) != 0) continue;
    if (!asks_for_help(argc - 2, argv + 2)) return commands[i].run(argc - 2, argv + 2);
    printf("afina %s %s\n", commands[i].name, commands[i].usage);
    return CLI_OK;
  }
  fprintf(stderr, "afina: there is no command '%s'\n", argv[1]);
  usage(stderr);
  return CLI_USAGE;
}

// The words of the course's frame: what stands around every diagram.

export const words = {
  en: {
    'course.title': 'The course',
    'course.path': 'The course, step by step',
    'course.chapter': 'Chapter {number}',
    'course.chapter5': 'Pretraining and generation',
    'course.chapter5.about':
      'How a model learns a language by guessing the next token, how its mistakes are measured, ' +
      'and how its probabilities become a text.',
    'course.chapter6': 'Fine-tuning for classification',
    'course.chapter6.about':
      'How a model that knows the language becomes a classifier of the class’s own texts: which ' +
      'parts learn, what each choice costs, and how good the result is.',
    'course.chapter7': 'Instruction tuning',
    'course.chapter7.about':
      'How a model that only continues texts begins to answer: the rows, the template, which ' +
      'tokens count, and how answers are judged.',
    'course.size': {
      one: '{count} diagram · about {minutes} min · {done} done',
      other: '{count} diagrams · about {minutes} min · {done} done' },
    'course.minutes': { one: '{count} min', other: '{count} min' },
    'course.print': 'Print this overview',
    'course.headline': 'See a language model learn',
    'course.sentence':
      'Fifteen live diagrams, from the first token to a tuned assistant. Each one is drawn from ' +
      'a real model that runs in this page: type your own texts, open your own rows, and watch ' +
      'what changes. Nothing leaves this computer.',
    'course.done': {
      one: '{done} of {count} diagram done', other: '{done} of {count} diagrams done' },
    'course.begin': 'Begin: {title}',
    'course.continue': 'Continue: {title}',
    'course.clear': 'Begin the course anew',
    'course.neighbours': 'The diagram before and the one after',
    'course.footer': 'No number in these diagrams is made up: they come from the model at work.',
    'course.back': 'Back to tuning your own classifier',
    'frame.first': 'To the start',
    'frame.back': 'Back',
    'frame.next': 'Next',
    'frame.play': 'Play',
    'frame.pause': 'Pause',
    'frame.stage': 'Step {stage} of {stages}',
    'frame.player': 'Step through the diagram',
    'frame.link': 'Copy the link',
    'frame.linkCopied': 'Copied.',
    'frame.linkInAddress': 'The link is in the address bar.',
    'frame.svg': 'SVG',
    'frame.png': 'PNG',
    'frame.task': 'To do:',
    'frame.done': 'Done',
    'frame.loadingModel': 'Loading the model…',
    'frame.loadingBytes': 'Loading the model: {loaded} of {total}',
    'rows.title': 'Rows:',
    'rows.sample': 'our sample',
    'rows.open': 'open your CSV…',
  },
  'pt-BR': {
    'course.title': 'O curso',
    'course.path': 'O curso, passo a passo',
    'course.chapter': 'Capítulo {number}',
    'course.chapter5': 'Pré-treinamento e geração',
    'course.chapter5.about':
      'Como um modelo aprende uma língua tentando adivinhar o próximo token, como se medem os ' +
      'seus erros e como as suas probabilidades viram texto.',
    'course.chapter6': 'Fine-tuning para classificação',
    'course.chapter6.about':
      'Como um modelo que sabe a língua vira um classificador dos textos da turma: quais partes ' +
      'aprendem, quanto custa cada escolha e quão bom é o resultado.',
    'course.chapter7': 'Instruction tuning',
    'course.chapter7.about':
      'Como um modelo que só continua textos começa a responder: as linhas, o template, quais ' +
      'tokens contam e como se avaliam as respostas.',
    'course.size': {
      one: '{count} diagrama · cerca de {minutes} min · {done} feito',
      other: '{count} diagramas · cerca de {minutes} min · feitos: {done}' },
    'course.minutes': { one: '{count} min', other: '{count} min' },
    'course.print': 'Imprimir este resumo',
    'course.headline': 'Veja um modelo de linguagem aprender',
    'course.sentence':
      'Quinze diagramas vivos, do primeiro token a um assistente ajustado. Cada um é desenhado a ' +
      'partir de um modelo de verdade, que roda nesta página: digite seus textos, abra suas ' +
      'linhas e veja o que muda. Nada sai deste computador.',
    'course.done': {
      one: '{done} de {count} diagrama feito', other: '{done} de {count} diagramas feitos' },
    'course.begin': 'Começar: {title}',
    'course.continue': 'Continuar: {title}',
    'course.clear': 'Recomeçar o curso',
    'course.neighbours': 'O diagrama anterior e o seguinte',
    'course.footer':
      'Nenhum número destes diagramas é inventado: todos vêm do modelo em funcionamento.',
    'course.back': 'Voltar a ajustar o seu classificador',
    'frame.first': 'Ao início',
    'frame.back': 'Voltar',
    'frame.next': 'Avançar',
    'frame.play': 'Reproduzir',
    'frame.pause': 'Pausar',
    'frame.stage': 'Passo {stage} de {stages}',
    'frame.player': 'Percorrer o diagrama',
    'frame.link': 'Copiar o link',
    'frame.linkCopied': 'Copiado.',
    'frame.linkInAddress': 'O link está na barra de endereço.',
    'frame.svg': 'SVG',
    'frame.png': 'PNG',
    'frame.task': 'Para fazer:',
    'frame.done': 'Feito',
    'frame.loadingModel': 'Carregando o modelo…',
    'frame.loadingBytes': 'Carregando o modelo: {loaded} de {total}',
    'rows.title': 'Linhas:',
    'rows.sample': 'nosso exemplo',
    'rows.open': 'abrir o seu CSV…',
  },
};

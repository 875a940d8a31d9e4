// The words of the rows that instruction tuning learns from, and of what may be wrong with a file.

export const words = {
  en: {
    'instructions.title': 'Instructions',
    'instructions.open': 'open your own (JSON or CSV)…',
    'instructions.own': '{name} ({rows} rows)',
    'instructions.set.classroom': 'Short classroom exercises',
    'instructions.set.general': 'General instructions',
    'instructions.set.dialect': 'A code dialect: Tabula',
    'instructions.set.brand': 'A brand’s voice: Tide Books',
    'instructions.set.field': 'A field: the cell and photosynthesis',
    'instructions.set.jargon': 'Jargon: contracts in plain words',
    'failure.INSTRUCTIONS_KIND': 'Row {row}: instruction, input and output must be texts.',
    'failure.INSTRUCTIONS_NO_INSTRUCTION': 'Row {row} has no instruction.',
    'failure.INSTRUCTIONS_NO_RESPONSE': 'Row {row} has no response.',
    'failure.INSTRUCTIONS_JSON':
      'Row {row} is not written as it should be: {"instruction": "…", "input": "…", ' +
      '"output": "…"}.',
    'failure.INSTRUCTIONS_COLUMNS':
      'The table needs a column “instruction” and a column “response”. It has: {columns}.',
    'failure.INSTRUCTIONS_EMPTY': 'The file has no row.',
    'failure.INSTRUCTIONS_FEW':
      'The file has {count} rows. It takes at least {least}, because some are held out.',
  },
  'pt-BR': {
    'instructions.title': 'Instruções',
    'instructions.open': 'abrir as suas (JSON ou CSV)…',
    'instructions.own': '{name} ({rows} linhas)',
    'instructions.set.classroom': 'Exercícios curtos de sala de aula',
    'instructions.set.general': 'Instruções gerais',
    'instructions.set.dialect': 'Um dialeto de código: Tabela',
    'instructions.set.brand': 'A voz de uma marca: Livraria Maré',
    'instructions.set.field': 'Uma área: a célula e a fotossíntese',
    'instructions.set.jargon': 'Jargão: contratos em palavras simples',
    'failure.INSTRUCTIONS_KIND': 'Linha {row}: instrução, entrada e resposta devem ser textos.',
    'failure.INSTRUCTIONS_NO_INSTRUCTION': 'A linha {row} não tem instrução.',
    'failure.INSTRUCTIONS_NO_RESPONSE': 'A linha {row} não tem resposta.',
    'failure.INSTRUCTIONS_JSON':
      'A linha {row} não está escrita como deveria: {"instruction": "…", "input": "…", ' +
      '"output": "…"}.',
    'failure.INSTRUCTIONS_COLUMNS':
      'A tabela precisa de uma coluna “instrução” e de uma coluna “resposta”. Ela tem: {columns}.',
    'failure.INSTRUCTIONS_EMPTY': 'O arquivo não tem nenhuma linha.',
    'failure.INSTRUCTIONS_FEW':
      'O arquivo tem {count} linhas. São necessárias ao menos {least}, porque algumas são ' +
      'reservadas para teste.',
  },
};

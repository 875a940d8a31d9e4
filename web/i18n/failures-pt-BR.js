// O que deu errado, em português.

export default {
  'failure.AFINA_E_ARGUMENT': 'Uma das opções tem um valor que não funciona.',
  'failure.AFINA_E_MEMORY':
    'Não há memória suficiente para isso. Um lote menor ou menos linhas talvez caibam.',
  'failure.AFINA_E_FORMAT': 'Este arquivo está danificado ou não é do tipo esperado.',
  'failure.AFINA_E_UNSUPPORTED':
    'Este arquivo está em ordem, mas é de um tipo que o Afina não usa.',
  'failure.AFINA_E_LIMIT': 'Isto é maior do que o Afina aguenta.',
  'failure.AFINA_E_DATA':
    'Não dá para treinar um classificador com estas colunas do jeito que estão.',
  'failure.AFINA_E_STATE': 'Isso não pode ser feito neste momento.',
  'failure.AFINA_E_DIVERGED':
    'O treino saiu de controle. Uma taxa de aprendizado menor costuma resolver.',
  'failure.CSV_EMPTY': 'Este arquivo não tem linhas.',
  'failure.CSV_BROKEN': 'Uma aspa que abre na linha {row} nunca fecha.',
  'failure.CSV_ONE_COLUMN':
    'Só uma coluna foi encontrada. A tabela precisa de pelo menos duas: o texto e a classe dele.',
  'failure.CSV_TOO_LARGE': 'Este arquivo é grande demais para ser lido no navegador.',
  'failure.CSV_SPREADSHEET':
    'Este é um arquivo de planilha. Abra no programa de planilhas e salve como CSV.',
  'failure.CSV_NOT_TEXT': 'Este arquivo não contém texto.',
  'failure.COLUMN_MISSING': 'O arquivo de teste não tem a coluna “{column}”.',
  'failure.MODEL_FILES': 'Este modelo não está completo: falta {file}.',
  'failure.DELTA_BASE':
    'Este delta foi feito de outro modelo. Escolha ou abra primeiro esse modelo e, depois, abra ' +
    'o delta de novo.',
  'failure.FILE_UNREADABLE':
    'O navegador não conseguiu ler este arquivo. Ele pode ter sido movido ou alterado; ' +
    'escolha-o de novo.',
  'failure.NETWORK': 'Um arquivo desta página não pôde ser carregado. A conexão está funcionando?',
  'failure.CRASH': 'O motor parou de repente e foi iniciado de novo.',
  'failure.UNKNOWN': 'Alguma coisa deu errado.',
};

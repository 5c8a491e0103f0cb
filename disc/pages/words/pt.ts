import type { Words } from './words.ts';

export const pt: Words = {
  language: 'pt', direction: 'ltr', name: 'Português',
  disc: 'Disco DICOM', medicalImages: 'Imagens médicas', discOf: 'Disco {n} de {of}', patients: 'Pacientes', studies: 'Estudos', series: 'Séries', files: 'Ficheiros DICOM',
  madeOn: 'Criado em', madeWith: 'Criado com', institution: 'Instituição', contact: 'Contacto', profile: 'Perfil', noProfile: 'nenhum', fileSetId: 'ID do conjunto', fileSetUid: 'UID do conjunto',
  patientId: 'ID do paciente', born: 'nascido/a em', male: 'masculino', female: 'feminino', otherSex: 'outro', accessionNumber: 'Número de acesso', kind: 'Tipo', description: 'Descrição',
  noDescription: 'sem descrição', noStudyDescription: 'Estudo sem descrição', noName: 'Paciente sem nome',
  completeInItself: 'Cada disco está completo e é importado separadamente.', otherDiscs: 'Nos outros discos',
  supplement: 'Este disco é um suplemento: contém o que chegou depois de criado um disco anterior do mesmo exame.',
  notOnDisc: 'Não está neste disco', notOnDiscWhere: 'Alguns objetos deste pedido não puderam ser gravados. README.TXT indica cada um com o motivo.',
  converted: 'Convertido para este disco', keptOutside: 'Mantido como recebido, fora do perfil',
  howToOpen: 'Como abrir as imagens', whatIsDicom: 'Este disco contém imagens e documentos médicos no formato DICOM. Abrem-se com um visualizador DICOM ou importam-se para um arquivo de imagens.',
  importSteps: ['Inicie o visualizador DICOM ou a importação do arquivo de imagens (PACS).', 'Escolha «importar de CD», «abrir DICOMDIR» ou um comando semelhante.', 'Escolha a unidade deste disco, ou o ficheiro DICOMDIR nele.'],
  moreInReadme: 'Mais em README.TXT: estrutura do disco, somas de verificação, contacto.',
  reports: 'Relatórios e documentos', pictures: 'Imagens para o navegador', viewers: 'Visualizadores neste disco', attachments: 'Ficheiros anexos',
  verifiedBy: 'Validado por', notVerified: 'Não validado', notComplete: 'Incompleto', reference: 'Referência', referringPhysician: 'Médico requisitante', document: 'Documento',
  whatIsWhere: 'O que está onde', whereDicomdir: 'índice de todos os ficheiros DICOM', whereDicom: 'os ficheiros DICOM, uma pasta por paciente, estudo e série', whereIndex: 'o conteúdo como página para qualquer navegador',
  whereReadme: 'este ficheiro', whereManifest: 'soma SHA-256 de cada outro ficheiro; em Linux: sha256sum -c SHA256.TXT', whereWeb: 'imagens para o navegador', whereReports: 'relatórios e documentos para ler e imprimir', whereAttachments: 'ficheiros acrescentados por quem criou o disco', whereViewers: 'um visualizador',
  notice: 'Aviso', confidential: 'Os ficheiros deste disco são dados médicos confidenciais, destinados ao paciente e a quem o trata. Pede-se a quem encontrar este disco que o devolva a {what}.',
  onTheLabel: 'a instituição indicada na etiqueta', notForDiagnosis: 'As páginas e programas deste disco não se destinam ao diagnóstico; para isso use uma estação certificada.',
  teachingCopy: 'Cópia para ensino', teachingNotice: 'As imagens deste disco foram desidentificadas para ensino e investigação: nomes e números são pseudónimos, e o que permitiria reconhecer uma pessoa foi removido.',
};

import type { Words } from './words.ts';

export const es: Words = {
  language: 'es', direction: 'ltr', name: 'Español',
  disc: 'Disco DICOM', medicalImages: 'Imágenes médicas', discOf: 'Disco {n} de {of}', patients: 'Pacientes', studies: 'Estudios', series: 'Series', files: 'Archivos DICOM',
  madeOn: 'Creado el', madeWith: 'Creado con', institution: 'Institución', contact: 'Contacto', profile: 'Perfil', noProfile: 'ninguno', fileSetId: 'Identificador del conjunto', fileSetUid: 'UID del conjunto',
  patientId: 'ID del paciente', born: 'nacido/a el', male: 'masculino', female: 'femenino', otherSex: 'otro', accessionNumber: 'Número de acceso', kind: 'Tipo', description: 'Descripción',
  noDescription: 'sin descripción', noStudyDescription: 'Estudio sin descripción', noName: 'Paciente sin nombre',
  completeInItself: 'Cada disco está completo y se importa por separado.', otherDiscs: 'En los otros discos',
  supplement: 'Este disco es un suplemento: contiene lo que llegó después de crear un disco anterior del mismo examen.',
  notOnDisc: 'No está en este disco', notOnDiscWhere: 'Algunos objetos de este pedido no se pudieron grabar. README.TXT nombra cada uno con el motivo.',
  converted: 'Convertido para este disco', keptOutside: 'Conservado como se recibió, fuera del perfil',
  howToOpen: 'Cómo abrir las imágenes', whatIsDicom: 'Este disco contiene imágenes y documentos médicos en formato DICOM. Se abren con un visor DICOM o se importan a un archivo de imágenes.',
  importSteps: ['Inicie su visor DICOM o la importación de su archivo de imágenes (PACS).', 'Elija «importar desde CD», «abrir DICOMDIR» o una orden parecida.', 'Elija la unidad de este disco, o el archivo DICOMDIR que contiene.'],
  moreInReadme: 'Más en README.TXT: estructura del disco, sumas de comprobación, contacto.',
  reports: 'Informes y documentos', pictures: 'Imágenes para el navegador', viewers: 'Visores en este disco', attachments: 'Archivos adjuntos',
  verifiedBy: 'Validado por', notVerified: 'Sin validar', notComplete: 'Incompleto', reference: 'Referencia', referringPhysician: 'Médico solicitante', document: 'Documento',
  whatIsWhere: 'Qué hay y dónde', whereDicomdir: 'índice de todos los archivos DICOM', whereDicom: 'los archivos DICOM, una carpeta por paciente, estudio y serie', whereIndex: 'el contenido como página para cualquier navegador',
  whereReadme: 'este archivo', whereManifest: 'suma SHA-256 de los demás archivos; en Linux: sha256sum -c SHA256.TXT', whereWeb: 'imágenes para el navegador', whereReports: 'informes y documentos para leer e imprimir', whereAttachments: 'archivos añadidos por quien creó el disco', whereViewers: 'un visor',
  notice: 'Aviso', confidential: 'Los archivos de este disco son datos médicos confidenciales, destinados al paciente y a quienes lo tratan. Se ruega a quien encuentre este disco que lo devuelva a {what}.',
  onTheLabel: 'la institución nombrada en la etiqueta', notForDiagnosis: 'Las páginas y programas de este disco no están destinados al diagnóstico; use para ello una estación certificada.',
  teachingCopy: 'Copia para la docencia', teachingNotice: 'Las imágenes de este disco se han desidentificado para la docencia y la investigación: los nombres y números son seudónimos, y se ha eliminado lo que permitiría reconocer a una persona.',
};

import type { Words } from './words.ts';

export const it: Words = {
  language: 'it', direction: 'ltr', name: 'Italiano',
  disc: 'Disco DICOM', medicalImages: 'Immagini mediche', discOf: 'Disco {n} di {of}', patients: 'Pazienti', studies: 'Esami', series: 'Serie', files: 'File DICOM',
  madeOn: 'Creato il', madeWith: 'Creato con', institution: 'Struttura', contact: 'Contatto', profile: 'Profilo', noProfile: 'nessuno', fileSetId: 'ID del file-set', fileSetUid: 'UID del file-set',
  patientId: 'ID paziente', born: 'nato/a il', male: 'maschile', female: 'femminile', otherSex: 'altro', accessionNumber: 'Numero di accesso', kind: 'Tipo', description: 'Descrizione',
  noDescription: 'senza descrizione', noStudyDescription: 'Esame senza descrizione', noName: 'Paziente senza nome',
  completeInItself: 'Ogni disco è completo e si importa da solo.', otherDiscs: 'Sugli altri dischi',
  supplement: 'Questo disco è un supplemento: contiene ciò che è arrivato dopo la creazione di un disco precedente dello stesso esame.',
  notOnDisc: 'Non su questo disco', notOnDiscWhere: 'Alcuni oggetti di questo ordine non sono stati scritti. README.TXT li elenca con il motivo.',
  converted: 'Convertito per questo disco', keptOutside: 'Mantenuto come ricevuto, fuori dal profilo',
  howToOpen: 'Come aprire le immagini', whatIsDicom: 'Questo disco contiene immagini e documenti medici in formato DICOM. Si aprono con un visualizzatore DICOM o si importano in un archivio di immagini.',
  importSteps: ['Avviare il visualizzatore DICOM o l’importazione dell’archivio di immagini (PACS).', 'Scegliere «importa da CD», «apri DICOMDIR» o un comando simile.', 'Scegliere l’unità di questo disco, o il file DICOMDIR che contiene.'],
  moreInReadme: 'Altro in README.TXT: struttura del disco, somme di controllo, contatto.',
  reports: 'Referti e documenti', pictures: 'Immagini per il browser', viewers: 'Visualizzatori su questo disco', attachments: 'File allegati',
  verifiedBy: 'Validato da', notVerified: 'Non validato', notComplete: 'Incompleto', reference: 'Riferimento', referringPhysician: 'Medico richiedente', document: 'Documento',
  whatIsWhere: 'Che cosa si trova dove', whereDicomdir: 'indice di tutti i file DICOM', whereDicom: 'i file DICOM, una cartella per paziente, esame e serie', whereIndex: 'il contenuto come pagina per qualsiasi browser',
  whereReadme: 'questo file', whereManifest: 'somma SHA-256 di ogni altro file; su Linux: sha256sum -c SHA256.TXT', whereWeb: 'immagini per il browser', whereReports: 'referti e documenti da leggere e stampare', whereAttachments: 'file aggiunti da chi ha creato il disco', whereViewers: 'un visualizzatore',
  notice: 'Avvertenza', confidential: 'I file di questo disco sono dati medici riservati, destinati al paziente e a chi lo cura. Chi trova questo disco è pregato di restituirlo a {what}.',
  onTheLabel: 'la struttura indicata sull’etichetta', notForDiagnosis: 'Pagine e programmi di questo disco non sono destinati alla diagnosi; per la diagnosi usare una stazione certificata.',
  teachingCopy: 'Copia per la didattica', teachingNotice: 'Le immagini su questo disco sono state de-identificate per la didattica e la ricerca: nomi e numeri sono pseudonimi, e ciò che permetterebbe di riconoscere una persona è stato rimosso.',
};

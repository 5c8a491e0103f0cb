import type { Words } from './words.ts';

export const nl: Words = {
  language: 'nl', direction: 'ltr', name: 'Nederlands',
  disc: 'DICOM-schijf', medicalImages: 'Medische beelden', discOf: 'Schijf {n} van {of}', patients: 'Patiënten', studies: 'Onderzoeken', series: 'Series', files: 'DICOM-bestanden',
  madeOn: 'Gemaakt op', madeWith: 'Gemaakt met', institution: 'Instelling', contact: 'Contact', profile: 'Profiel', noProfile: 'geen', fileSetId: 'File-set-ID', fileSetUid: 'File-set-UID',
  patientId: 'Patiënt-ID', born: 'geboren', male: 'man', female: 'vrouw', otherSex: 'anders', accessionNumber: 'Aanvraagnummer', kind: 'Soort', description: 'Beschrijving',
  noDescription: 'zonder beschrijving', noStudyDescription: 'Onderzoek zonder beschrijving', noName: 'Patiënt zonder naam',
  completeInItself: 'Elke schijf is op zichzelf volledig en wordt apart geïmporteerd.', otherDiscs: 'Op de andere schijven',
  supplement: 'Deze schijf is een aanvulling: zij bevat wat binnenkwam nadat een eerdere schijf van hetzelfde onderzoek was gemaakt.',
  notOnDisc: 'Niet op deze schijf', notOnDiscWhere: 'Enkele objecten van deze opdracht konden niet worden geschreven. README.TXT noemt ze met de reden.',
  converted: 'Omgezet voor deze schijf', keptOutside: 'Bewaard zoals ontvangen, buiten het profiel',
  howToOpen: 'Zo opent u de beelden', whatIsDicom: 'Deze schijf bevat medische beelden en documenten in DICOM-formaat. Ze worden geopend met een DICOM-viewer of geïmporteerd in een beeldarchief.',
  importSteps: ['Start uw DICOM-viewer of de import van uw beeldarchief (PACS).', 'Kies „importeren van cd”, „DICOMDIR openen” of een vergelijkbare opdracht.', 'Kies het station met deze schijf, of het bestand DICOMDIR erop.'],
  moreInReadme: 'Meer in README.TXT: opbouw van de schijf, controlesommen, contact.',
  reports: 'Verslagen en documenten', pictures: 'Beelden voor de webbrowser', viewers: 'Viewers op deze schijf', attachments: 'Bijgevoegde bestanden',
  verifiedBy: 'Goedgekeurd door', notVerified: 'Niet goedgekeurd', notComplete: 'Onvolledig', reference: 'Verwijzing', referringPhysician: 'Verwijzend arts', document: 'Document',
  whatIsWhere: 'Wat staat waar', whereDicomdir: 'index van alle DICOM-bestanden', whereDicom: 'de DICOM-bestanden, een map per patiënt, onderzoek en serie', whereIndex: 'de inhoud als pagina voor elke webbrowser',
  whereReadme: 'dit bestand', whereManifest: 'SHA-256-controlesom van elk ander bestand; op Linux: sha256sum -c SHA256.TXT', whereWeb: 'beelden voor de webbrowser', whereReports: 'verslagen en documenten om te lezen en af te drukken', whereAttachments: 'door de maker bijgevoegde bestanden', whereViewers: 'een viewer',
  notice: 'Let op', confidential: 'De bestanden op deze schijf zijn vertrouwelijke medische gegevens, bestemd voor de patiënt en diens behandelaars. Wie deze schijf vindt, wordt verzocht haar terug te geven aan {what}.',
  onTheLabel: 'de instelling op het etiket', notForDiagnosis: 'Pagina’s en programma’s op deze schijf zijn niet bedoeld voor diagnose; gebruik daarvoor een gecertificeerd werkstation.',
  teachingCopy: 'Onderwijskopie', teachingNotice: 'De beelden op deze schijf zijn voor onderwijs en onderzoek gede-identificeerd: namen en nummers zijn pseudoniemen, en wat een persoon herkenbaar maakt is verwijderd.',
};

import type { Words } from './words.ts';

export const fr: Words = {
  language: 'fr', direction: 'ltr', name: 'Français',
  disc: 'Disque DICOM', medicalImages: 'Images médicales', discOf: 'Disque {n} sur {of}', patients: 'Patients', studies: 'Examens', series: 'Séries', files: 'Fichiers DICOM',
  madeOn: 'Créé le', madeWith: 'Créé avec', institution: 'Établissement', contact: 'Contact', profile: 'Profil', noProfile: 'aucun', fileSetId: 'Identifiant du jeu de fichiers', fileSetUid: 'UID du jeu de fichiers',
  patientId: 'Identifiant du patient', born: 'né(e) le', male: 'masculin', female: 'féminin', otherSex: 'autre', accessionNumber: 'Numéro de demande', kind: 'Type', description: 'Description',
  noDescription: 'sans description', noStudyDescription: 'Examen sans description', noName: 'Patient sans nom',
  completeInItself: 'Chaque disque est complet et s’importe séparément.', otherDiscs: 'Sur les autres disques',
  supplement: 'Ce disque est un complément : il contient ce qui est arrivé après la création d’un disque précédent du même examen.',
  notOnDisc: 'Absent de ce disque', notOnDiscWhere: 'Certains objets de cette commande n’ont pas pu être gravés. README.TXT les nomme avec la raison.',
  converted: 'Converti pour ce disque', keptOutside: 'Conservé tel que reçu, hors du profil',
  howToOpen: 'Comment ouvrir les images', whatIsDicom: 'Ce disque contient des images et documents médicaux au format DICOM. Ils s’ouvrent avec une visionneuse DICOM ou s’importent dans une archive d’images.',
  importSteps: ['Lancez votre visionneuse DICOM ou l’importation de votre archive d’images (PACS).', 'Choisissez « importer depuis un CD », « ouvrir DICOMDIR » ou une commande semblable.', 'Choisissez le lecteur de ce disque, ou le fichier DICOMDIR qui s’y trouve.'],
  moreInReadme: 'Plus dans README.TXT : structure du disque, sommes de contrôle, contact.',
  reports: 'Comptes rendus et documents', pictures: 'Images pour le navigateur', viewers: 'Visionneuses sur ce disque', attachments: 'Fichiers joints',
  verifiedBy: 'Validé par', notVerified: 'Non validé', notComplete: 'Incomplet', reference: 'Référence', referringPhysician: 'Médecin demandeur', document: 'Document',
  whatIsWhere: 'Où se trouve quoi', whereDicomdir: 'index de tous les fichiers DICOM', whereDicom: 'les fichiers DICOM, un dossier par patient, examen et série', whereIndex: 'le contenu en page pour tout navigateur',
  whereReadme: 'ce fichier', whereManifest: 'somme SHA-256 de chaque autre fichier ; sous Linux : sha256sum -c SHA256.TXT', whereWeb: 'images pour le navigateur', whereReports: 'comptes rendus et documents à lire et imprimer', whereAttachments: 'fichiers ajoutés par le créateur du disque', whereViewers: 'une visionneuse',
  notice: 'Avertissement', confidential: 'Les fichiers de ce disque sont des données médicales confidentielles, destinées au patient et à ses soignants. Qui trouve ce disque est prié de le rendre à {what}.',
  onTheLabel: 'l’établissement nommé sur l’étiquette', notForDiagnosis: 'Les pages et programmes de ce disque ne sont pas destinés au diagnostic ; utilisez pour cela une station certifiée.',
  teachingCopy: 'Copie d’enseignement', teachingNotice: 'Les images de ce disque ont été désidentifiées pour l’enseignement et la recherche : les noms et numéros sont des pseudonymes, et ce qui permettrait de reconnaître une personne a été retiré.',
};

import type { Words } from './words.ts';

export const ja: Words = {
  language: 'ja', direction: 'ltr', name: '日本語',
  disc: 'DICOMディスク', medicalImages: '医用画像', discOf: 'ディスク {n}/{of}', patients: '患者', studies: '検査', series: 'シリーズ', files: 'DICOMファイル',
  madeOn: '作成日時', madeWith: '作成ソフトウェア', institution: '施設', contact: '連絡先', profile: 'プロファイル', noProfile: 'なし', fileSetId: 'ファイルセットID', fileSetUid: 'ファイルセットUID',
  patientId: '患者ID', born: '生年月日', male: '男性', female: '女性', otherSex: 'その他', accessionNumber: '受付番号', kind: '種別', description: '説明',
  noDescription: '説明なし', noStudyDescription: '説明のない検査', noName: '氏名のない患者',
  completeInItself: '各ディスクはそれぞれ完結しており、個別に取り込みます。', otherDiscs: '他のディスクの内容',
  supplement: 'このディスクは補足です。同じ検査の先のディスクの作成後に届いたものを収めています。',
  notOnDisc: 'このディスクに含まれないもの', notOnDiscWhere: 'この依頼の一部のオブジェクトは書き込めませんでした。README.TXTに理由とともに記載しています。',
  converted: 'このディスクのために変換', keptOutside: '受信したまま（プロファイル外）',
  howToOpen: '画像の開き方', whatIsDicom: 'このディスクにはDICOM形式の医用画像と文書が入っています。DICOMビューアで開くか、画像保管システムに取り込んでください。',
  importSteps: ['DICOMビューアまたは画像保管システム（PACS）の取り込みを起動します。', '「CDから取り込む」「DICOMDIRを開く」などの操作を選びます。', 'このディスクのドライブ、またはその中のファイルDICOMDIRを選びます。'],
  moreInReadme: '詳細はREADME.TXT：ディスクの構成、チェックサム、連絡先。',
  reports: 'レポートと文書', pictures: 'ブラウザ用の画像', viewers: 'このディスクのビューア', attachments: '添付ファイル',
  verifiedBy: '承認者', notVerified: '未承認', notComplete: '未完了', reference: '参照', referringPhysician: '依頼医', document: '文書',
  whatIsWhere: 'ディスクの構成', whereDicomdir: '全DICOMファイルの索引', whereDicom: 'DICOMファイル（患者・検査・シリーズごとのフォルダ）', whereIndex: 'どのブラウザでも見られる内容のページ',
  whereReadme: 'このファイル', whereManifest: '他の全ファイルのSHA-256。Linuxでは sha256sum -c SHA256.TXT', whereWeb: 'ブラウザ用の画像', whereReports: '閲覧・印刷用のレポートと文書', whereAttachments: '作成者が添付したファイル', whereViewers: 'ビューア',
  notice: 'ご注意', confidential: 'このディスクのファイルは、患者ご本人と診療にあたる方のための秘密の医療記録です。拾得された方は {what} までご返却ください。',
  onTheLabel: 'ラベルに記載の施設', notForDiagnosis: 'このディスクのページとプログラムは診断用ではありません。診断には承認された端末をお使いください。',
  teachingCopy: '教育用コピー', teachingNotice: 'このディスクの画像は教育・研究のために匿名化されています。氏名と番号は仮のもので、個人を特定できる情報は取り除かれています。',
};

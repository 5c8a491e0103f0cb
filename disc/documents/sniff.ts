/** What a file is by its content, for files that go on a disc for people. Names and declared types are not believed. Pure. */

/** Types that may be on a disc beside DICOM, with their suffix. */
export type DocumentType = 'pdf' | 'jpg' | 'png' | 'txt' | 'xml';

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MARK = '\ufeff';
/** What makes a browser run or fetch something from an XML file: scripts and event handlers of XHTML and SVG, style sheets, entities. */
const ACTIVE_XML = /<(?:[\w.-]+:)?script\b|<\?xml-stylesheet|<!ENTITY|<!DOCTYPE[^>]*\[|\bon[a-z]+\s*=|javascript:|<(?:[\w.-]+:)?(?:iframe|object|embed|foreignObject|html)\b/i;

/** Text in UTF-8 (or ASCII), without control characters; undefined for anything else. */
const plainText = (bytes: Buffer): string | undefined => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // eslint-disable-next-line no-control-regex -- control characters tell text from other content
    return /[\u0000-\u0008\u000b\u000e-\u001f\u007f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
};

/** True for XML that shows itself and does nothing. */
export const isPassiveXml = (text: string): boolean => {
  const start = text.replace(MARK, '').trimStart();
  return /^<(\?xml\b|[A-Za-z_!])/.test(start) && !/^<(!doctype\s+)?html\b/i.test(start) && !ACTIVE_XML.test(text);
};

/** A PDF from its first byte. @source ISO 32000-1 7.5.2 */
export const isPdf = (bytes: Buffer): boolean => bytes.toString('latin1', 0, 5) === '%PDF-';

/** True for a PDF that says of no script or program to be started; what is compressed in it is not looked at. @source ISO 32000-1 12.6.4 */
export const isPassivePdf = (bytes: Buffer): boolean => isPdf(bytes) && !/\/(?:JavaScript|JS|Launch|RichMedia)(?![A-Za-z])/.test(bytes.toString('latin1'));

/** The type of a file; undefined = none that is allowed. Text that a browser would take for a page, and scripts, are none. */
export const sniff = (bytes: Buffer): DocumentType | undefined => {
  if (isPdf(bytes)) return 'pdf';
  if (bytes.length > 4 && bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpg';
  if (bytes.subarray(0, PNG.length).equals(PNG)) return 'png';
  const text = plainText(bytes);
  if (text === undefined || text === '') return undefined;
  if (isPassiveXml(text)) return 'xml';
  return /^(\ufeff)?\s*(<|#!)/.test(text) ? undefined : 'txt';
};

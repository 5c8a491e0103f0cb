/** Elements for which the dictionary leaves the choice of VR, where dicom/tables/data-elements names the unsigned one; of US or OW it names OW, which fits any length. */

const US_OR_SS = [
  0x00189810, 0x00221452, 0x00280071, 0x00280104, 0x00280105, 0x00280106, 0x00280107, 0x00280108, 0x00280109, 0x00280110, 0x00280111,
  0x00280120, 0x00280121, 0x00281100, 0x00281101, 0x00281102, 0x00281103, 0x00281111, 0x00281112, 0x00281113, 0x00283002,
  0x00409211, 0x00409216, 0x00603004, 0x00603006,
];

/** SS where Pixel Representation (0028,0103) of the data set around is 1. @source PS3.6 chapter 6 ("US or SS"), PS3.3 C.7.6.3.1.1, C.7.6.3.1.5 */
export const SIGNED_BY_PIXEL_REPRESENTATION: ReadonlySet<number> = new Set(US_OR_SS);

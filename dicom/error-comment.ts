/** Makes text fit for Error Comment (0000,0902): LO of 64 characters, default repertoire, no backslash. @source PS3.7 C.4.2.1 */
export const errorComment = (text: string): string => text.replace(/[^\x20-\x5b\x5d-\x7e]/g, ' ').slice(0, 64).trimEnd();

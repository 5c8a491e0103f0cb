/** Prints docs/CONFORMANCE.md from the tables; `--check` compares it with the one on disk. */
import { conformanceStatement } from './conformance/statement.ts';
import { printDocument } from './generated-doc.ts';

await printDocument('docs/CONFORMANCE.md', conformanceStatement(), 'print-conformance.ts');

/** `npm run passcode`: reads a passcode from standard input and prints what goes into setting `users` instead of it. */
import { text } from 'node:stream/consumers';
import { hashPasscode } from '../passcode.ts';

if (process.stdin.isTTY) process.stderr.write('Type the passcode, then Enter and Ctrl-D.\n');
const passcode = (await text(process.stdin)).replace(/\r?\n$/, '');
if (passcode === '') {
  process.stderr.write('No passcode came.\n');
  process.exitCode = 1;
} else {
  process.stdout.write(`${await hashPasscode(passcode)}\n`);
}

/** Opens a download with a short time to connect, a limit on silence, and a check that all of it arrived. */
import { get as getHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';

const MOST_REDIRECTS = 5;

/**
 * Answers the body as a stream; the stream fails when the connection breaks before the announced length.
 * Redirects are followed (at most five).
 * @throws {Error} of the system when it cannot connect; {RangeError} when the answer is not 200
 */
export const openDownload = (url: URL, limits: { connectMs: number; silenceMs: number }, redirects = 0): Promise<IncomingMessage> => new Promise((resolve, reject) => {
  const request = (url.protocol === 'https:' ? getHttps : getHttp)(url, (answer) => {
    const status = answer.statusCode ?? 0;
    const { location } = answer.headers;
    if (status >= 300 && status < 400 && location !== undefined && redirects < MOST_REDIRECTS) {
      answer.resume();
      resolve(openDownload(new URL(location, url), limits, redirects + 1));
    } else if (status === 200) {
      // A break between here and the first read is kept by the stream and met by its reader.
      answer.on('error', () => undefined);
      resolve(answer);
    } else {
      answer.resume();
      reject(new RangeError(`the server answers ${status}`));
    }
  });
  const connecting = setTimeout(() => { request.destroy(new RangeError(`no connection within ${limits.connectMs / 1_000} s`)); }, limits.connectMs);
  request.once('socket', (socket) => {
    socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => { clearTimeout(connecting); });
    if (!socket.connecting) clearTimeout(connecting);
  });
  request.setTimeout(limits.silenceMs, () => { request.destroy(new RangeError(`silent for ${limits.silenceMs / 1_000} s`)); });
  request.once('error', (error) => { clearTimeout(connecting); reject(error); });
  request.once('close', () => { clearTimeout(connecting); });
});

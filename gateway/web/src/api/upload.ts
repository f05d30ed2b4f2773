// Uploads with progress, which fetch cannot report.
import { Failure, failureOf, networkFailure } from "./failure";

// putFile sends a file to a path of the API. The signal cancels it.
export function putFile(
  path: string,
  file: Blob,
  onProgress: (part: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    const cancel = () => request.abort();
    signal.addEventListener("abort", cancel, { once: true });
    request.open("PUT", path);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.onprogress = (e) => e.lengthComputable && onProgress(e.loaded / e.total);
    request.onload = () =>
      request.status < 300
        ? done()
        : fail(failureOf(request.responseText, new Response(null, { status: request.status })));
    request.onerror = () => fail(networkFailure(null));
    request.onabort = () => fail(new Failure("You cancelled the upload.", "CANCELLED"));
    request.onloadend = () => signal.removeEventListener("abort", cancel);
    request.send(file);
  });
}

const key = 'cei-token';

/** The token of this tab; it is forgotten with the tab. */
export const token = {
  get: () => sessionStorage.getItem(key) ?? '',
  set: (text) => sessionStorage.setItem(key, text),
  clear: () => sessionStorage.removeItem(key),
};

/** A failed call, in words for the reader. `status` is 0 when there was no answer. */
export class CallError extends Error {
  constructor(status, problem, wait) {
    super(wordsOf(status, problem, wait));
    this.name = 'CallError';
    this.status = status;
    this.problem = problem ?? {};
  }
}

function wordsOf(status, problem, wait) {
  const said = [problem?.messageZh, problem?.mend].filter(Boolean).join('。');
  if (status === 0) {
    return '连不上服务。请检查网络；如果文件在选择之后被改动或移走，请重新选择，然后再试。';
  }
  if (status === 403) return said || '当前令牌没有这项权限，请向管理员申请。';
  if (status === 401) return '令牌无效、已过期或已吊销，请重新输入；如仍不行，请向管理员申请。';
  if (status === 413) return said || '文件太大，请拆分后分次上传。';
  if (status === 429) return `操作太频繁，请${wait ? ` ${wait} 秒` : '稍'}后再试。`;
  if (status >= 500) return said || `服务出错（HTTP ${status}），没有确认的数据没有写入。请稍后再试。`;
  return said || `请求没有成功（HTTP ${status}）。`;
}

function headers() {
  return { Authorization: `Bearer ${token.get()}`, 'Accept-Language': 'zh-CN' };
}

/**
 * Calls the interface and returns its JSON; throws CallError. With a `json` body the method is POST unless said.
 */
export async function call(path, { method, json } = {}) {
  let response;
  let body;
  const sent = json === undefined ? {} : { body: JSON.stringify(json) };
  const type = json === undefined ? {} : { 'Content-Type': 'application/json' };
  try {
    response = await fetch(path, {
      method: method ?? (json === undefined ? 'GET' : 'POST'),
      headers: { ...headers(), ...type },
      cache: 'no-store',
      ...sent,
    });
    body = await response.json().catch(() => null);
  } catch {
    throw new CallError(0);
  }
  if (!response.ok || body === null) {
    throw new CallError(response.ok ? 502 : response.status, body, response.headers.get('Retry-After'));
  }
  return body;
}

/** The path with those parameters that say something. */
export function withQuery(path, parameters) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value));
  return query.size === 0 ? path : `${path}?${query}`;
}

/** Fetches a file of the interface and hands it to the browser to save; throws CallError. */
export async function saveFile(path, name) {
  let response;
  try {
    response = await fetch(path, { headers: headers(), cache: 'no-store' });
  } catch {
    throw new CallError(0);
  }
  if (!response.ok) {
    const wait = response.headers.get('Retry-After');
    throw new CallError(response.status, await response.json().catch(() => null), wait);
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/**
 * Uploads a file. `onProgress` gets the share that has been sent, 0 to 1. `signal` aborts. Rejected files and
 * differences from stored values are outcomes, not errors: the promise gives their report too.
 */
export function uploadFile(file, options, { onProgress, signal }) {
  const form = new FormData();
  for (const [name, value] of Object.entries(options)) if (value !== '') form.append(name, value);
  form.append('file', file, file.name);
  return new Promise((resolve, reject) => {
    // fetch cannot report how much has been sent.
    const request = new XMLHttpRequest();
    request.open('POST', '/api/v1/uploads');
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.responseType = 'json';
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener('load', () => {
      const body = request.response;
      if (body && request.status < 300) resolve(body);
      else if (body?.report) resolve(body.report);
      else reject(new CallError(request.status, body, request.getResponseHeader('Retry-After')));
    });
    request.addEventListener('error', () => reject(new CallError(0)));
    request.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
    signal.addEventListener('abort', () => request.abort());
    request.send(form);
  });
}

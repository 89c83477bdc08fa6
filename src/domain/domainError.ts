import { formatMessage, type MessageCode } from './messages.js';

/**
 * A refusal that the caller can act on. Carries a stable code and its parameters; `http` maps codes to statuses and
 * the catalogue gives the words.
 */
export class DomainError extends Error {
  readonly code: MessageCode;
  readonly params: Readonly<Record<string, string | number>>;

  constructor(
    code: MessageCode,
    params: Readonly<Record<string, string | number>> = {},
    options?: ErrorOptions,
  ) {
    super(formatMessage(code, 'en', params), options);
    this.name = 'DomainError';
    this.code = code;
    this.params = params;
  }
}

import type { Json } from '../stand-in/json.ts';

/** An error as JSON-RPC sends it; clients are told to branch on the mnemonic. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: Json;
  /** The HTTP status that would fit; whether it is used is a fault. */
  readonly status: number;

  constructor(code: number, mnemonic: string, message: string, more: Json = {}, status = 400) {
    super(message);
    this.code = code;
    this.data = { mnemonic, ...more };
    this.status = status;
  }
}

export const invalidParameter = (field: string, value: unknown): RpcError =>
  new RpcError(-32602, 'invalid_parameter_value', 'Invalid parameter value', { field, value });

export const unexpectedParameters = (field: string, value: unknown): RpcError =>
  new RpcError(-32602, 'unexpected_parameters', 'Unexpected method parameter(s)', { field, value });

export const parameterMissed = (field: string): RpcError =>
  new RpcError(-32602, 'required_parameter_missed', 'The required parameter has been missed', { field });

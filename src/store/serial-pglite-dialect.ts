import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PGliteDialect,
  type PGliteDialectConfig,
  type TransactionSettings,
} from "kysely";

/**
 * kysely's PGlite dialect with its one connection handed out to one user at a time.
 *
 * As it comes (0.29.9) the driver gives the same connection to everybody: a query beside an open
 * transaction runs inside that transaction, and two transactions at once overwrite each other's
 * commit. Here everything else waits, so inside a transaction only its own handle may be used.
 */
export class SerialPGliteDialect implements Dialect {
  readonly #inner: PGliteDialect;

  constructor(config: PGliteDialectConfig) {
    this.#inner = new PGliteDialect(config);
  }

  createDriver(): Driver {
    return new SerialDriver(this.#inner.createDriver());
  }

  createQueryCompiler(): ReturnType<Dialect["createQueryCompiler"]> {
    return this.#inner.createQueryCompiler();
  }

  createAdapter(): ReturnType<Dialect["createAdapter"]> {
    return this.#inner.createAdapter();
  }

  createIntrospector(
    db: Parameters<Dialect["createIntrospector"]>[0],
  ): ReturnType<Dialect["createIntrospector"]> {
    return this.#inner.createIntrospector(db);
  }
}

class SerialDriver implements Driver {
  readonly #inner: Driver;
  readonly #waiting: Array<() => void> = [];
  #taken = false;

  constructor(inner: Driver) {
    this.#inner = inner;
  }

  async init(): Promise<void> {
    await this.#inner.init();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#taken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#taken = true;
    return this.#inner.acquireConnection();
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    await this.#inner.releaseConnection(connection);
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken = false;
    else next();
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    await this.#inner.beginTransaction(connection, settings);
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await this.#inner.commitTransaction(connection);
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await this.#inner.rollbackTransaction(connection);
  }

  async destroy(): Promise<void> {
    await this.#inner.destroy();
  }
}

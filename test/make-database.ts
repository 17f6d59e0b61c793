import { randomUUID } from "node:crypto";
import { Client } from "pg";

/** Makes a database on a server (the URL of any database there) and returns its URL; empty, or a copy of `template`. */
export async function makeDatabase(server: string, template?: string): Promise<string> {
  const name = `kalends_${randomUUID().replaceAll("-", "")}`;
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    // Of files: through the log it would take twice as long.
    const content = template === undefined ? "" : `template ${template} strategy file_copy`;
    await client.query(`create database ${name} ${content}`);
  } finally {
    await client.end();
  }
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

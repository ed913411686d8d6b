// A SCIM server by scimmy: node scimmy.cjs MODULES PORT. Users and groups in memory, bearer token "tok".
const { createRequire } = require("module");
const crypto = require("crypto");
const from = createRequire(process.argv[2] + "/");
const express = from("express");
const SCIMMY = from("scimmy").default ?? from("scimmy");
const Routers = from("scimmy-routers").default ?? from("scimmy-routers");

function declare(kind) {
  const kept = new Map();
  return SCIMMY.Resources.declare(kind, {
    egress: async (resource) => {
      if (!resource.id) return [...kept.values()].filter((one) => !resource.filter || resource.filter.match([one]).length);
      const one = kept.get(resource.id);
      if (!one) throw new SCIMMY.Types.Error(404, null, "not found");
      return one;
    },
    ingress: async (resource, data) => {
      const id = resource.id || crypto.randomUUID();
      const one = { ...JSON.parse(JSON.stringify(data)), id, meta: { created: new Date(), lastModified: new Date() } };
      kept.set(id, one);
      return one;
    },
    degress: async (resource) => { kept.delete(resource.id); },
  });
}
declare(SCIMMY.Resources.User);
declare(SCIMMY.Resources.Group);

const handler = (request) => {
  if (request.header("Authorization") !== "Bearer tok") throw new Error("no");
  return "rosterd";
};
const app = express();
app.use("/scim", new Routers({ type: "bearer", handler }));
app.listen(Number(process.argv[3]), "127.0.0.1");

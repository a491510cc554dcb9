import { defineConfig } from "vite";

const shop = "http://localhost:8000";
export default defineConfig({ server: { proxy: { "/api": shop, "/auth": shop } } });

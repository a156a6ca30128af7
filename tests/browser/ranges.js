// Serves the folder of its first argument at the port of its second, with the
// byte ranges that igv.js asks for.
const http = require("http"), fs = require("fs"), path = require("path");
const [folder, port] = process.argv.slice(2);
const types = { ".html": "text/html", ".js": "text/javascript" };

http.createServer((request, response) => {
    const name = path.basename(request.url.split("?")[0]);
    const file = path.join(folder, name);
    if (!fs.existsSync(file)) {
        response.writeHead(404);
        return response.end();
    }
    const bytes = fs.readFileSync(file);
    const type = types[path.extname(name)] || "application/octet-stream";
    const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range || "");
    if (!range) {
        response.writeHead(200, { "Content-Type": type });
        return response.end(bytes);
    }
    const from = Number(range[1]);
    const to = Math.min(Number(range[2] || Infinity), bytes.length - 1);
    response.writeHead(206, {
        "Content-Type": type,
        "Content-Range": `bytes ${from}-${to}/${bytes.length}`
    });
    response.end(bytes.subarray(from, to + 1));
}).listen(Number(port), "127.0.0.1", () => console.log("Listening"));

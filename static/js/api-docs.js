// The description of the API with a form for every call (Swagger UI).
const { schema } = document.currentScript.dataset;
SwaggerUIBundle({
  url: schema,
  domNode: document.getElementById("docs"),
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: false,
  persistAuthorization: false,
});

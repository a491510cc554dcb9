// A tiny admin of the shop: react-admin and its PostgREST provider as they come. The server is on another port, as
// that of a development server's page is; the page's address says where, and as whom.

import postgrest, { defaultPrimaryKeys, defaultSchema } from "@raphiniert/ra-data-postgrest";
import { createRoot } from "react-dom/client";
import {
  Admin,
  BooleanField,
  BooleanInput,
  ChipField,
  Create,
  Datagrid,
  DateField,
  DateInput,
  Edit,
  EditButton,
  fetchUtils,
  List,
  NumberField,
  NumberInput,
  ReferenceField,
  ReferenceInput,
  ReferenceManyField,
  required,
  Resource,
  SelectInput,
  Show,
  SimpleForm,
  SimpleShowLayout,
  TextField,
  TextInput,
} from "react-admin";

const { server, token } = Object.fromEntries(new URLSearchParams(location.search));
// react-admin wants messages by field, where a problem document has pointers: /email, /lines/1/price.
function byField(error) {
  const mistakes = error.body?.errors;
  if (Array.isArray(mistakes))
    error.body.errors = Object.fromEntries(
      mistakes.map(({ pointer, message }) => [pointer.slice(1).replaceAll("/", "."), message]),
    );
  throw error;
}

const provider = postgrest({
  apiUrl: `${server}/api`,
  httpClient: (url, options = {}) =>
    fetchUtils.fetchJson(url, { ...options, user: { authenticated: true, token: `Bearer ${token}` } }).catch(byField),
  defaultListOp: "eq",
  primaryKeys: defaultPrimaryKeys,
  schema: defaultSchema,
});

const ProductList = () => (
  <List
    filters={[<TextInput key="name" label="Name has" source="name@ilike" alwaysOn />, <NumberInput key="price" source="price@lte" label="At most" alwaysOn />]}
    sort={{ field: "name", order: "ASC" }}
    perPage={10}
  >
    <Datagrid rowClick="show">
      <TextField source="name" />
      <TextField source="sku" />
      <NumberField source="price" />
      <BooleanField source="in_stock" />
    </Datagrid>
  </List>
);

const ProductFields = ({ children }) => (
  <SimpleForm>
    <TextInput source="name" validate={required()} />
    <TextInput source="sku" />
    <NumberInput source="price" />
    {children}
    <DateInput source="added_on" />
    <BooleanInput source="active" defaultValue={true} />
  </SimpleForm>
);

const ProductShow = () => (
  <Show>
    <SimpleShowLayout>
      <TextField source="name" />
      <NumberField source="price" />
      <ReferenceManyField reference="reviews" target="product_id" label="Reviews">
        <Datagrid bulkActionButtons={false}>
          <NumberField source="stars" />
          <ReferenceField source="customer_id" reference="customers" link={false}>
            <TextField source="name" />
          </ReferenceField>
        </Datagrid>
      </ReferenceManyField>
      <EditButton />
    </SimpleShowLayout>
  </Show>
);

const OrderList = () => (
  <List sort={{ field: "id", order: "DESC" }} perPage={10}>
    <Datagrid rowClick="edit">
      <TextField source="id" />
      <ReferenceField source="customer_id" reference="customers" link={false}>
        <TextField source="name" />
      </ReferenceField>
      <ChipField source="status" />
      <DateField source="placed_at" showTime />
      <NumberField source="total" />
    </Datagrid>
  </List>
);

const STATUSES = ["draft", "placed", "shipped", "cancelled"].map((id) => ({ id, name: id }));
const OrderEdit = () => (
  <Edit mutationMode="pessimistic">
    <SimpleForm>
      <ReferenceInput source="customer_id" reference="customers" perPage={5} sort={{ field: "name", order: "ASC" }}>
        <SelectInput optionText="name" />
      </ReferenceInput>
      <SelectInput source="status" choices={STATUSES} />
      <TextInput source="note" />
    </SimpleForm>
  </Edit>
);

createRoot(document.getElementById("root")).render(
  <Admin dataProvider={provider} disableTelemetry>
    <Resource
      name="products"
      list={ProductList}
      show={ProductShow}
      edit={() => (
        <Edit mutationMode="pessimistic">
          <ProductFields />
        </Edit>
      )}
      create={() => (
        <Create>
          <ProductFields>
            <NumberInput source="cost" />
          </ProductFields>
        </Create>
      )}
      recordRepresentation="name"
    />
    <Resource name="orders" list={OrderList} edit={OrderEdit} />
    <Resource name="customers" recordRepresentation="name" />
  </Admin>,
);

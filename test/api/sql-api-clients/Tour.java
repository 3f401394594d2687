import java.sql.*;
import java.util.*;

/** What a tool does through pgjdbc: asks the driver for everything it knows of the database, then queries in every way it has. */
public class Tour {
  static int rows(ResultSet set) throws SQLException {
    int count = 0;
    while (set.next()) count++;
    return count;
  }

  static String column(ResultSet set, String name) throws SQLException {
    List<String> values = new ArrayList<>();
    while (set.next()) values.add(set.getString(name));
    return String.join(",", values);
  }

  public static void main(String[] args) throws Exception {
    try (Connection connection = DriverManager.getConnection(args[0], args[1], args[2])) {
      DatabaseMetaData about = connection.getMetaData();
      System.out.println("valid " + connection.isValid(5));
      System.out.println("schemas " + column(about.getSchemas(), "TABLE_SCHEM"));
      System.out.println("tables " + column(about.getTables(null, "public", "%", new String[] {"TABLE"}), "TABLE_NAME"));
      System.out.println("all tables of others " + rows(about.getTables(null, "marts", "%", null)));
      System.out.println("columns " + column(about.getColumns(null, "public", "tasks", "%"), "COLUMN_NAME"));
      System.out.println("types " + column(about.getColumns(null, "public", "tasks", "%"), "TYPE_NAME"));
      System.out.println("remarks " + (column(about.getColumns(null, "public", "deals", "open_amount"), "REMARKS").length() > 20));
      about.getCatalogs(); about.getTableTypes(); about.getTypeInfo(); about.getClientInfoProperties();
      for (ResultSet set : new ResultSet[] {
        about.getPrimaryKeys(null, "public", "deals"), about.getImportedKeys(null, "public", "deals"),
        about.getExportedKeys(null, "public", "deals"), about.getIndexInfo(null, "public", "deals", false, true),
        about.getCrossReference(null, "public", "deals", null, "public", "tasks"), about.getVersionColumns(null, "public", "deals"),
        about.getBestRowIdentifier(null, "public", "deals", 0, true), about.getUDTs(null, "public", "%", null),
        about.getTablePrivileges(null, "public", "deals"), about.getColumnPrivileges(null, "public", "deals", "%"),
        about.getProcedures(null, "public", "%"), about.getFunctions(null, "public", "%"),
        about.getFunctionColumns(null, "public", "%", "%"), about.getProcedureColumns(null, "public", "%", "%"),
      }) rows(set);
      System.out.println("keywords " + (about.getSQLKeywords().length() > 10) + " " + about.getMaxColumnNameLength());

      // From the fifth execution on the driver has a named statement, and takes answers in binary.
      String text = "select manager, sum(open_amount) as amount, count(*) as n, min(created_at) as first from deals where manager <> ? group by manager order by 1";
      try (PreparedStatement statement = connection.prepareStatement(text)) {
        for (int time = 0; time < 8; time++) {
          statement.setString(1, "Anna");
          StringBuilder said = new StringBuilder();
          try (ResultSet set = statement.executeQuery()) {
            while (set.next()) said.append(set.getString(1) + " " + set.getDouble(2) + " " + set.getLong(3) + " " + set.getTimestamp(4) + ";");
          }
          if (time == 0 || time == 7) System.out.println("prepared " + said);
        }
      }
      connection.setAutoCommit(false);
      connection.setReadOnly(false);
      try (Statement statement = connection.createStatement()) {
        statement.setFetchSize(2);
        try (ResultSet set = statement.executeQuery("select deal_id, amount from deals order by 1")) {
          ResultSetMetaData shape = set.getMetaData();
          System.out.println("shape " + shape.getColumnTypeName(1) + " " + shape.getColumnTypeName(2) + " " + shape.isAutoIncrement(1) + " [" + shape.getTableName(1) + "]");
          System.out.println("fetched " + rows(set));
        }
        Savepoint before = connection.setSavepoint();
        try {
          statement.executeQuery("select * from marts.fct_deals");
        } catch (SQLException error) {
          System.out.println("refused " + error.getSQLState());
        }
        connection.rollback(before);
        System.out.println("after " + rows(statement.executeQuery("select distinct manager from deals")));
      }
      connection.commit();
      connection.setAutoCommit(true);
      try (Statement statement = connection.createStatement()) {
        statement.setQueryTimeout(1);
        statement.executeQuery("select pg_sleep(20)");
      } catch (SQLException error) {
        System.out.println("cancelled " + error.getSQLState());
      }
    }
  }
}

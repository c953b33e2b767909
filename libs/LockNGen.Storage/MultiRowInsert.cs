using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations.Schema;
using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace LockNGen.Storage;

/// <summary>
/// Statements that insert many rows at once: much of the server's work for a row is per statement, and the round trip
/// costs more than either. A row is an object with properties named after the columns: <c>CreatedAt</c> is <c>created_at</c>,
/// unless a <see cref="ColumnAttribute"/> names it.
/// </summary>
internal static class MultiRowInsert
{
    /// <summary>The most rows of one statement. Only powers of two are used, so that the server can keep the few resulting statements prepared.</summary>
    private const int MaxRows = 64;

    private static readonly ConcurrentDictionary<(string Table, Type Row, int Rows), string> Texts = [];

    /// <summary>Inserts the rows in their order.</summary>
    public static async Task RunAsync<T>(DbConnection connection, DbTransaction? transaction, string table, IReadOnlyList<T> rows, CancellationToken cancellationToken)
    {
        for (var (done, size) = (0, MaxRows); done < rows.Count; done += size)
        {
            while (size > rows.Count - done)
                size /= 2;
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = Texts.GetOrAdd((table, typeof(T), size), static key => Text(key.Table, Columns<T>.All, key.Rows));
            for (var i = 0; i < size; i++)
                Bind(command, rows[done + i], i);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static string Text(string table, PropertyInfo[] columns, int rows)
    {
        var names = string.Join(", ", columns.Select(NameOf));
        var values = Enumerable.Range(0, rows).Select(i => $"({string.Join(", ", columns.Select(c => Parameter(c, i)))})");
        return $"INSERT INTO {table} ({names}) VALUES {string.Join(", ", values)}";
    }

    private static string NameOf(PropertyInfo column) =>
        column.GetCustomAttribute<ColumnAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(column.Name);

    private static void Bind<T>(DbCommand command, T row, int index)
    {
        foreach (var column in Columns<T>.All)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = Parameter(column, index);
            // The type even of a null: a prepared statement is only reused for the same types.
            (parameter.DbType, parameter.Value) = (TypeOf(column), Stored(column.GetValue(row)));
            command.Parameters.Add(parameter);
        }
    }

    private static string Parameter(PropertyInfo column, int index) => string.Create(CultureInfo.InvariantCulture, $"@{column.Name}_{index}");

    private static DbType TypeOf(PropertyInfo column) => (Nullable.GetUnderlyingType(column.PropertyType) ?? column.PropertyType) switch
    {
        var type when type == typeof(string) || type == typeof(Guid) => DbType.String,
        var type when type == typeof(long) || type == typeof(ulong) || type == typeof(DateTimeOffset) => DbType.Int64,
        var type when type == typeof(int) => DbType.Int32,
        var type when type == typeof(double) => DbType.Double,
        var type => throw new NotSupportedException($"There is no column type for {type}."),
    };

    private static object Stored(object? value) => value switch
    {
        null => DBNull.Value,
        Guid id => DapperTypes.Text(id),
        ulong number => DapperTypes.Bits(number),
        DateTimeOffset time => DapperTypes.Number(time),
        _ => value,
    };

    private static class Columns<T>
    {
        public static readonly PropertyInfo[] All = typeof(T).GetProperties();
    }
}

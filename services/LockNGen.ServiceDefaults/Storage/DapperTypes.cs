using System.Data;
using System.Globalization;
using Dapper;

namespace LockNGen.ServiceDefaults.Storage;

/// <summary>
/// How values are stored the same in both databases: ids as lower-case text, times as Unix milliseconds. Dapper keeps this for the whole
/// process; registering it again changes nothing.
/// </summary>
internal static class DapperTypes
{
    public static void Register()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        Register(new GuidText());
        Register(new UnixMilliseconds());
    }

    /// <summary>How an id is stored.</summary>
    public static string Text(Guid id) => id.ToString("D");

    /// <summary>How a time is stored.</summary>
    public static long Number(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    private static void Register<T>(SqlMapper.TypeHandler<T> handler)
        where T : struct
    {
        SqlMapper.RemoveTypeMap(typeof(T));
        SqlMapper.RemoveTypeMap(typeof(T?));
        SqlMapper.AddTypeHandler(handler);
    }

    private sealed class GuidText : SqlMapper.TypeHandler<Guid>
    {
        public override void SetValue(IDbDataParameter parameter, Guid value)
        {
            parameter.DbType = DbType.String;
            parameter.Value = Text(value);
        }

        public override Guid Parse(object value) => Guid.Parse((string)value, CultureInfo.InvariantCulture);
    }

    private sealed class UnixMilliseconds : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value)
        {
            parameter.DbType = DbType.Int64;
            parameter.Value = Number(value);
        }

        public override DateTimeOffset Parse(object value) => DateTimeOffset.FromUnixTimeMilliseconds((long)value);
    }
}

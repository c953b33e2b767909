using System.Data;
using System.Globalization;
using System.Text.RegularExpressions;
using Dapper;

namespace LockNGen.Storage;

/// <summary>
/// The values of <c>IN @name</c>: written out as one parameter each, because Dapper passes an array to PostgreSQL there, which IN does not accept.
/// </summary>
public sealed class SqlList : SqlMapper.ICustomQueryParameter
{
    private readonly IReadOnlyList<object> _values;
    private readonly DbType _type;

    private SqlList(IReadOnlyList<object> values, DbType type) => (_values, _type) = (values, type);

    /// <summary>Texts.</summary>
    public static SqlList Of(IEnumerable<string> values) => new([.. values], DbType.String);

    /// <summary>Numbers.</summary>
    public static SqlList Of(IEnumerable<long> values) => new([.. values.Select(v => (object)v)], DbType.Int64);

    /// <summary>Ids.</summary>
    public static SqlList Of(IEnumerable<Guid> values) => Of(values.Select(v => v.ToString("D")));

    void SqlMapper.ICustomQueryParameter.AddParameter(IDbCommand command, string name)
    {
        var names = new List<string>(_values.Count);
        foreach (var value in _values)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name + "_" + names.Count.ToString(CultureInfo.InvariantCulture);
            parameter.DbType = _type;
            parameter.Value = value;
            command.Parameters.Add(parameter);
            names.Add("@" + parameter.ParameterName);
        }

        // An empty list contains no value.
        var list = names.Count == 0 ? "(NULL)" : $"({string.Join(", ", names)})";
        command.CommandText = Regex.Replace(command.CommandText, $@"@{name}\b", list, RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
    }
}
